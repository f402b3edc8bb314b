"""Redis dies while people are told things: whoever is connected hears of it once it is back, once."""

import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
import socketio
from redis.exceptions import RedisError
from sqlalchemy import text

from pulse.core import bus, realtime
from pulse.extensions import db, store
from tests.conftest import PASSWORD, Live
from tests.support.servers import wait_until

OUTAGE = 10.0  # seconds
SILENCE = 12.0  # seconds, longer than an append waits, its second try included
SOON = 5.0


def connect(url: str, token: str, heard: list[float]) -> socketio.Client:
    io = socketio.Client(reconnection=False)
    io.on("resync", lambda data: heard.append(time.monotonic()), namespace="/presence")
    io.connect(url, namespaces=["/presence"], transports=["websocket"], auth={"token": token})
    return io


@pytest.mark.settings(PRESENCE_LEASE_SECONDS="30")  # so that no lapsed lease asks for a resync too
@pytest.mark.parametrize("is_killed", [True, False])
def test_everybody_is_told_to_resync_after_an_outage(live: Live, is_killed: bool) -> None:
    """Redis killed, or silent: what could not be told is made good by all processes."""
    user_id = live.create_user("ann")
    token = live.webs[0].sign_in("ann", PASSWORD)["access_token"]
    heard: list[list[float]] = [[] for _ in range(6)]
    clients = [connect(live.webs[n % 2].url, token, heard[n]) for n in range(6)]
    results, is_over = Counter[str](), threading.Event()

    def emit_for_ever() -> None:
        with live.app.app_context():
            while not is_over.is_set():
                try:
                    realtime.emit("count", 1, namespace="/presence", rooms=[f"user:{user_id}"])
                    results["told"] += 1
                except RedisError:
                    results["lost"] += 1
                is_over.wait(0.05)

    emitting = threading.Thread(target=emit_for_ever)
    emitting.start()
    wait_until(lambda: results["told"] > 20)
    if is_killed:
        live.redis.stop(9)
        time.sleep(OUTAGE)  # the outage itself
        live.redis.start()
    else:
        live.redis.process.send_signal(signal.SIGSTOP)
        time.sleep(SILENCE)
        live.redis.process.send_signal(signal.SIGCONT)
    back = time.monotonic()
    try:
        wait_until(lambda: all(heard), SOON)
        late = max(times[0] for times in heard) - back
        assert results["lost"]
        time.sleep(2 * realtime.GATHERING)  # in which no second one may come
        print(f"\n{results}, resync after {late:.2f} s, per client {[len(times) for times in heard]}")
        assert [len(times) for times in heard] == [1] * 6
        assert not bus.owes()
    finally:
        is_over.set()
        emitting.join()
        for io in clients:
            with suppress(socketio.exceptions.SocketIOError):
                io.disconnect()


def test_a_session_whose_end_was_not_heard_ends_after_the_outage(live: Live) -> None:
    """The order to cut its sockets was in what Redis lost."""
    live.create_user("ann")
    web = live.webs[0]
    kept, ended = (web.sign_in("ann", PASSWORD)["access_token"] for _ in range(2))
    heard: list[float] = []
    stays, goes = (connect(web.url, token, heard) for token in (kept, ended))
    with live.app.app_context():
        db.session.execute(
            text("UPDATE sessions SET ended_at = created_at WHERE id = (SELECT max(id) FROM sessions)")
        )
        db.session.commit()
    live.redis.stop(9)
    live.redis.start()
    with live.app.app_context():
        store.client.flushall()
    wait_until(lambda: "/presence" not in goes.namespaces)
    assert heard
    assert "/presence" in stays.namespaces
    stays.disconnect()
    goes.disconnect()
