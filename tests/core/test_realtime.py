"""The bus: a listener that was away misses nothing, and one that may have missed something knows it."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from redis.exceptions import OutOfMemoryError, RedisError

from pulse.core import bus, realtime
from pulse.core.bus import BUS
from pulse.core.realtime import Listener
from pulse.extensions import db, store


class Ear(Listener):
    """A listener that keeps what it would emit."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.heard: list[Any] = []

    def _deliver(self, entry: dict[str, Any]) -> None:
        if entry.get("e") == "poison":
            raise ValueError("poison")
        if "resync" in entry:
            super()._deliver(entry)
        else:
            self.heard.append(entry.get("d", entry))

    def _resync(self, namespaces: Iterable[str]) -> None:
        self.heard.append(f"resync {' '.join(namespaces)}")

    def catch_up(self) -> list[Any]:
        """What it hears until nothing comes any more."""
        while True:
            before = len(self.heard)
            self.listen_once(block_ms=1)
            self.listen_once(block_ms=1)  # what it appended itself, in the first
            if len(self.heard) == before:
                heard, self.heard = self.heard, []
                return heard

    def lose_connection(self) -> None:
        self.reader.redis.connection_pool.disconnect()


RESYNC = "resync /presence"


@pytest.fixture(autouse=True)
def one_namespace(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(realtime, "NAMESPACES", {"/presence"})
    yield
    bus._owed.clear()


def say(*numbers: int) -> None:
    for number in numbers:
        realtime.emit("count", number, namespace="/presence", rooms=["r"])


def new_ear(app: Flask) -> Ear:
    ear = Ear(app)
    assert ear.catch_up() == [RESYNC]  # for whoever connected before the first reading
    return ear


@pytest.fixture
def ear(app: Flask, travel: Any) -> Ear:
    return new_ear(app)


def test_hears_what_comes_after_it_began(app: Flask) -> None:
    say(1)
    ear = new_ear(app)
    say(2, 3)
    assert ear.catch_up() == [2, 3]


def test_everybody_hears_everything(app: Flask) -> None:
    ears = [new_ear(app), new_ear(app)]
    say(*range(2500))  # more than one reading
    assert [ear.catch_up() for ear in ears] == [list(range(2500))] * 2


def test_a_listener_that_was_away_misses_nothing(ear: Ear) -> None:
    say(1)
    assert ear.catch_up() == [1]
    ear.lose_connection()
    say(2, 3)
    assert ear.catch_up() == [2, 3]


def test_a_listener_that_heard_nothing_yet_misses_nothing_either(ear: Ear) -> None:
    store.client.xadd(BUS, {"m": "{}"})
    late = new_ear(ear.app)
    late.lose_connection()
    say(1)
    assert late.catch_up() == [1]


@pytest.mark.parametrize("sig", [15, 9])
def test_a_redis_that_was_restarted_is_a_gap(redis_server: Any, ear: Ear, travel: Any, sig: int) -> None:
    """Nobody can tell whether all that it had taken had reached its disk."""
    say(1)
    assert ear.catch_up() == [1]
    redis_server.stop(sig)
    with pytest.raises(RedisError):
        ear.listen_once(block_ms=1)
    redis_server.start()
    say(2)
    assert ear.catch_up() == [2]
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]
    ear.lose_connection()
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == []


def test_a_restart_between_two_readings_is_noticed_too(redis_server: Any, ear: Ear, travel: Any) -> None:
    """The pool connects anew without a word."""
    redis_server.stop(9)
    redis_server.start()
    say(1)
    assert ear.catch_up() == [1]
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]


@pytest.mark.parametrize("others_spoke", [0, 3])
def test_redis_that_lost_its_data_is_a_gap(ear: Ear, travel: Any, others_spoke: int) -> None:
    """Also if other processes have spoken again before this one looks."""
    say(1)
    ear.catch_up()
    store.client.flushall()
    say(*range(others_spoke))
    ear.lose_connection()
    assert ear.catch_up() == []  # gathers
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]
    say(7)
    assert ear.catch_up() == [7]


@pytest.mark.parametrize("is_noticed", [True, False])
def test_a_stream_cut_behind_ones_back_is_a_gap(ear: Ear, travel: Any, is_noticed: bool) -> None:
    """Whether the connection was lost, or the process was just slow."""
    say(0)
    ear.catch_up()
    pipe = store.client.pipeline()
    for number in range(bus.BUS_LENGTH + 1200):
        entry = realtime.message("count", number, namespace="/presence", rooms=["r"])
        bus.append_to(pipe, entry)
    pipe.execute()
    if is_noticed:
        ear.lose_connection()
    assert ear.catch_up() == []
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]
    say(7)
    assert ear.catch_up() == [7]


def test_what_could_not_be_appended_is_a_resync_for_everybody(
    redis_server: Any, app: Flask, ear: Ear, travel: Any
) -> None:
    """Once per outage, however much was lost; only for the namespaces concerned; and at once for nobody."""
    other = new_ear(app)
    redis_server.stop()
    for _ in range(3):
        with pytest.raises(RedisError):
            say(1)
    with pytest.raises(RedisError), realtime.pipeline("/chat") as pipe:
        bus.append_to(pipe, realtime.message("count", 1, namespace="/chat", rooms=["r"]))
    with pytest.raises(RedisError):
        realtime.call_everywhere("some.handler", {})
    redis_server.start()
    ear.catch_up()
    assert not bus.owes()
    assert other.catch_up() == []
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == other.catch_up() == ["resync /chat /presence"]
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == other.catch_up() == []


def test_a_process_without_a_listener_tells_with_its_next_append(ear: Ear, travel: Any) -> None:
    bus.owe("/presence")
    say(1)
    assert not bus.owes()
    assert ear.catch_up() == [1]
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]


def test_a_full_redis_is_still_read_and_nothing_is_forgotten(ear: Ear, travel: Any) -> None:
    say(1)
    store.client.config_set("maxmemory", 1)
    try:
        with pytest.raises(OutOfMemoryError):
            say(2)
        assert ear.catch_up() == [1]
        assert bus.owes()
    finally:
        store.client.config_set("maxmemory", 0)
    assert ear.catch_up() == []
    travel.shift(realtime.GATHERING)
    assert ear.catch_up() == [RESYNC]


def test_a_job_out_of_time_owes_too(app: Flask) -> None:
    """Nobody knows whether Redis has seen what it was about to append."""
    with pytest.raises(TimeoutError), realtime.pipeline("/chat"):
        raise TimeoutError
    assert bus._owed == {"/chat"}


def test_an_entry_and_other_commands_are_one_transaction(ear: Ear) -> None:
    with realtime.pipeline("/presence") as pipe:
        bus.append_to(pipe, realtime.message("count", 1, namespace="/presence", rooms=["r"]))
        pipe.set("told", 1)
    assert ear.catch_up() == [1]
    assert store.client.get("told") == "1"
    assert not bus.owes()


def test_a_clock_set_back_delays_no_resync(ear: Ear, travel: Any) -> None:
    bus.owe("/presence")
    ear.catch_up()
    travel.shift(-3600)
    assert ear.catch_up() == [RESYNC]


def test_the_bus_has_a_length(app: Flask) -> None:
    pipe = store.client.pipeline()
    for _ in range(bus.BUS_LENGTH + 500):
        pipe.xadd(BUS, {"m": "{}"})
    pipe.execute()
    say(1)
    assert store.client.xlen(BUS) < bus.BUS_LENGTH + 200


def test_a_message_that_cannot_be_delivered_is_skipped_not_repeated(ear: Ear) -> None:
    say(1)
    realtime.emit("poison", {}, namespace="/presence", rooms=["r"])
    say(2)
    with pytest.raises(ValueError, match="poison"):
        ear.catch_up()
    assert ear.catch_up() == [1, 2]


def test_deaf_after_five_silent_seconds(travel: Any, app: Flask) -> None:
    ear = Ear(app)
    assert ear.is_deaf
    ear.catch_up()
    travel.shift(5)
    assert not ear.is_deaf
    travel.shift(0.1)
    assert ear.is_deaf
    ear.catch_up()
    assert not ear.is_deaf


def test_calls_reach_their_handler_in_the_context_of_the_app(app: Flask) -> None:
    called: list[Any] = []

    @realtime.handler("test.called")
    def note(data: dict[str, Any]) -> None:
        called.append((data, db.engine.dialect.name))

    listener = Listener(app)
    listener.listen_once(block_ms=1)
    realtime.call_everywhere("test.called", {"a": 1})
    listener.listen_once(block_ms=1)
    assert called == [({"a": 1}, db.engine.dialect.name)]
    del realtime._handlers["test.called"]


def test_cutting_a_room_where_nobody_is_does_nothing(app: Flask) -> None:
    listener = Listener(app)
    listener.listen_once(block_ms=1)
    realtime.disconnect("user:1")
    realtime.emit("x", {}, namespace="/nowhere", rooms=["r"])
    listener.listen_once(block_ms=1)
    assert listener.reader.last_id == store.client.xinfo_stream(BUS)["last-generated-id"]


def test_members_of_a_room_nobody_ever_entered(app: Flask) -> None:
    assert realtime.members_here("/presence", "nobody") == []
    assert realtime.members_here("/nowhere", "nobody") == []
