"""Workers are killed while they deliver: every event arrives, with one id, and the log says what happened."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.webhooks import service
from pulse.webhooks.models import Attempt, Delivery, WebhookEvent
from tests.conftest import Live
from tests.support.servers import wait_until
from tests.webhooks.receivers import Got, Receiver

SIZES = [
    pytest.param(2, 30, id="small", marks=pytest.mark.timeout(240)),
    pytest.param(50, 1500, id="full", marks=[pytest.mark.full, pytest.mark.timeout(3600)]),
]
on_both = pytest.mark.parametrize("live", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    def slowly(got: Got) -> int:
        time.sleep(0.05)
        return 204

    made = Receiver(slowly)
    made.start()
    yield made
    made.stop()


def owner_of(live: Live) -> Identity:
    return Identity(live.create_user("boss", Role.ADMIN), 0, Role.ADMIN)


def wait_for_all(live: Live, seconds: float) -> None:
    def is_done() -> bool:
        with live.app.app_context():
            return db.session.scalar(select(func.count()).where(Delivery.status != "delivered")) == 0

    wait_until(is_done, seconds, every=0.2)


@pytest.mark.settings(WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8")
@pytest.mark.parametrize(("kills", "events"), SIZES)
@on_both
def test_killed_workers_and_a_flushed_redis_lose_nothing(
    live: Live, receiver: Receiver, kills: int, events: int, request: pytest.FixtureRequest
) -> None:
    who = owner_of(live)
    with live.app.app_context():
        hook = service.create(who, None, receiver.url, ["ticket.*"])
        ordered = service.create(who, None, receiver.url + "?ordered", ["ticket.*"], is_ordered=True)
    for n in range(kills):
        with live.app.app_context():
            for number in range(events // kills):
                service.send_test(who, hook if number % 2 else ordered)
        before = len(receiver.got)
        wait_until(lambda before=before: len(receiver.got) > before, 60)  # it is at it
        live.worker.kill()
        if n == kills // 2:
            live.redis.client().flushall()
        live.worker.start()
    wait_for_all(live, 120 + events)
    with live.app.app_context():
        uids = set(db.session.scalars(select(WebhookEvent.uid)))
        logged = db.session.scalar(select(func.count()).select_from(Attempt)) or 0
        tried = Counter(db.session.scalars(select(Delivery.attempts)))
        in_order = list(
            db.session.scalars(
                select(WebhookEvent.uid)
                .join(Delivery, Delivery.event_id == WebhookEvent.id)
                .where(Delivery.endpoint_id == ordered)
                .order_by(Delivery.id)
            )
        )
    arrived = Counter(got.id for got in receiver.got)
    assert set(arrived) == uids
    assert len(uids) == events // kills * kills
    assert logged >= len(uids)
    first = list(dict.fromkeys(got.id for got in receiver.got if got.path.endswith("?ordered")))
    assert first == in_order
    again = sum(arrived.values()) - len(arrived)
    name = request.node.callspec.id
    print(f"{name}: {len(uids)} events, {kills} kills, {again} came again, by tries {dict(tried)}")


@pytest.mark.settings(WEBHOOK_ALLOWED_NETWORKS="127.0.0.0/8")
def test_a_slow_receiver_holds_nobody_up(live: Live, receiver: Receiver) -> None:
    """Its job waits for it; the others, and the presence sweep on the other queue, go on."""

    def asleep(got: Got) -> int:
        time.sleep(12)
        return 204

    sleepy = Receiver(asleep)
    sleepy.start()
    who = owner_of(live)
    with live.app.app_context():
        slow = service.create(who, None, sleepy.url, ["ticket.*"])
        quick = service.create(who, None, receiver.url, ["ticket.*"])
        for _ in range(3):
            service.send_test(who, slow)
        wait_until(lambda: len(sleepy.got) == 1, 20)
        for _ in range(5):
            service.send_test(who, quick)
    began = time.monotonic()
    wait_until(lambda: len(receiver.got) == 5, 8)
    assert time.monotonic() - began < 8
    assert len(sleepy.got) == 1
    sleepy.stop()
