"""A web process killed, Redis stopped: others see exactly the right people go, and history has it once."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from pulse.extensions import db
from pulse.presence.models import StatusChange
from tests.conftest import Live
from tests.support.crowd import Member, create_members, wait_until
from tests.support.servers import wait_until as wait_here

LEASE, GRACE, SWEEP, SLACK = 2, 12, 0.5, 4
settings = pytest.mark.settings(
    PRESENCE_LEASE_SECONDS=str(LEASE),
    PRESENCE_DISCONNECT_GRACE=str(GRACE),
    PRESENCE_SWEEP_SECONDS=str(SWEEP),
    PRESENCE_HEARTBEAT_SECONDS="2",
    PRESENCE_OFFLINE_AFTER="25",
    PRESENCE_IDLE_AFTER="600",
)
sizes = pytest.mark.parametrize(
    ("live", "size"),
    [
        ("postgresql", 25),
        pytest.param("sqlite", 200, marks=[pytest.mark.full]),
        pytest.param("postgresql", 200, marks=[pytest.mark.full]),
    ],
    indirect=["live"],
)


def last(observer: Member, members: list[Member]) -> set[str]:
    return {observer.told[m.id][-1][2] if observer.told[m.id] else "unknown" for m in members}


async def gather(action: Callable[[Member], Coroutine[Any, Any, Any]], members: list[Member]) -> None:
    limit = asyncio.Semaphore(20)

    async def one(member: Member) -> None:
        async with limit:
            await action(member)

    await asyncio.gather(*(one(member) for member in members))


async def start(live: Live, size: int) -> tuple[list[Member], list[Member], Member, Member]:
    """`size` users on each process, and an observer on each who follows all of them."""
    first = create_members(live, live.webs[0], size, "first")
    second = create_members(live, live.webs[1], size, "second")
    observers = [create_members(live, web, 1, f"observer{n}-")[0] for n, web in enumerate(live.webs)]
    for observer in observers:
        await observer.connect()
        everybody = [m.id for m in first + second]
        assert len((await observer.call("subscribe", {"user_ids": everybody}))["subscribed"]) == 2 * size
    await gather(Member.connect, first + second)
    for observer in observers:
        await wait_until(lambda o=observer: last(o, first + second) == {"online"}, 30)
    return first, second, observers[0], observers[1]


def check_told(observer: Member, members: list[Member], expected: list[str]) -> None:
    for member in members:
        assert [status for _, _, status in observer.told[member.id]] == expected, member.id


def check_history(live: Live, members: list[Member], expected: list[str]) -> None:
    """Each change is in history once, in order of version, each row ending where the next one begins."""

    def rows() -> dict[int, list[StatusChange]]:
        with live.app.app_context():
            order = (StatusChange.user_id, StatusChange.epoch, StatusChange.version)
            found = db.session.scalars(select(StatusChange).order_by(*order)).all()
            return {m.id: [row for row in found if row.user_id == m.id] for m in members}

    wait_here(lambda: all([r.status for r in rs] == expected for rs in rows().values()), 15)
    for changes in rows().values():
        assert all(a.until == b.at and a.status == b.previous for a, b in pairwise(changes))
        assert changes[-1].until is None


@settings
@sizes
def test_a_killed_web_process(live: Live, size: int) -> None:
    async def run() -> None:
        first, second, _, observer = await start(live, size)
        live.webs[0].kill()
        spent = await wait_until(lambda: last(observer, first) == {"offline"}, LEASE + GRACE + SWEEP + SLACK)
        assert spent > GRACE - 2  # nobody is declared gone before a page reload could have happened
        check_told(observer, first, ["offline", "online", "offline"])
        check_told(observer, second, ["offline", "online"])
        for member in first:
            await member.close()
        live.webs[0].start()
        await gather(Member.connect, first)
        await wait_until(lambda: last(observer, first + second) == {"online"}, 30)
        check_told(observer, first, ["offline", "online", "offline", "online"])
        check_told(observer, second, ["offline", "online"])
        check_history(live, first, ["online", "offline", "online"])
        check_history(live, second, ["online"])
        await gather(Member.close, [*first, *second, observer])

    asyncio.run(run())


@settings
@sizes
def test_redis_away_for_ten_seconds(live: Live, size: int) -> None:
    """Nobody beat for ten seconds, but nobody was gone: nothing is told. Then one leaves: that is told."""

    async def run() -> None:
        first, second, observer, other = await start(live, size)
        live.redis.stop(signal.SIGTERM)
        await asyncio.sleep(10)  # the outage itself
        await asyncio.to_thread(live.redis.start)
        # whoever leaves now is seen to leave, through both processes
        gone, staying = first[0], first[1:] + second
        await asyncio.sleep(3)
        await gone.close()
        for viewer in (observer, other):
            await wait_until(lambda v=viewer: last(v, [gone]) == {"offline"}, 20)
            check_told(viewer, [gone], ["offline", "online", "offline"])
        await asyncio.sleep(GRACE)  # a wrong verdict would come by now
        for viewer in (observer, other):
            check_told(viewer, staying, ["offline", "online"])
        check_history(live, staying, ["online"])
        check_history(live, [gone], ["online", "offline"])
        await gather(Member.close, [*staying, observer, other])

    asyncio.run(run())
