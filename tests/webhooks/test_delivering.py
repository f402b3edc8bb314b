"""Delivering: signed, at least once, with one id, in order where asked, retried, and given up."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError

from pulse import schedule
from pulse.accounts import service as accounts
from pulse.core import clock
from pulse.core.identity import Identity
from pulse.core.jobs import AppWorker
from pulse.core.permissions import Role
from pulse.extensions import db, store
from pulse.notifications.rules import NoticeKind
from pulse.presence.models import UserPresence
from pulse.webhooks import jobs, live, queries, rules, service
from pulse.webhooks.models import Delivery, Endpoint
from pulse.webhooks.rules import DeliveryStatus
from pulse.webhooks.service import delivering
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.webhooks.conftest import Make, attempts, deliveries, the_endpoint, told
from tests.webhooks.receivers import Receiver

Work = Callable[[], None]
Ask = Callable[[int], int]


@pytest.fixture
def hook(server_endpoint: Make) -> int:
    return server_endpoint("ticket.*")


@pytest.fixture
def ask(boss: Person) -> Ask:
    """Have a test sent to an endpoint of boss's; returns the delivery's id."""
    return lambda hook: service.send_test(Identity(boss.id, 0, Role.ADMIN), hook)


def wake() -> None:
    """What the schedule does. (Redis does not travel in time: what it forgets by then is forgotten here.)"""
    for key in store.client.scan_iter("pulse:w:*"):
        store.client.delete(key)
    jobs.deliver_due()


def body_of(hook: int) -> dict[str, Any]:
    return told(hook)[-1].payload


def test_a_delivery_is_what_the_reference_library_verifies(
    receiver: Receiver, hook: int, ask: Ask, work: Work
) -> None:
    delivery_id = ask(hook)
    work()
    [got] = receiver.got
    secret = the_endpoint(hook).secret
    payload = Webhook(secret).verify(got.body, got.headers)
    assert payload == body_of(hook)
    assert (payload["type"], payload["data"]["endpoint_id"]) == ("webhook.test", hook)
    assert got.id == told(hook)[0].uid
    assert got.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "AAAA" * 8).verify(got.body, got.headers)
    [delivery] = deliveries(hook)
    assert (delivery.id, delivery.status, delivery.attempts) == (delivery_id, "delivered", 1)
    [attempt] = attempts(hook)
    assert (attempt.status_code, attempt.error) == (204, "")


def test_a_message_goes_the_whole_way(team: Team, endpoint: Make, receiver: Receiver, work: Work) -> None:
    hook = endpoint(team.ann, team.id, "message.sent")
    channel = team.channel()
    work()
    receiver.got.clear()
    say(team.ann, channel, "Hello 👍")
    work()
    [got] = receiver.got
    assert Webhook(the_endpoint(hook).secret).verify(got.body, got.headers)["data"]["body"] == "Hello 👍"


def test_while_rotating_both_secrets_are_good(
    receiver: Receiver, hook: int, ask: Ask, work: Work, boss: Person
) -> None:
    old = the_endpoint(hook).secret
    new = boss.post(f"/api/webhooks/{hook}/rotate-secret/").json["secret"]
    assert new != old
    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=59)):
        ask(hook)
        work()
        got = receiver.got[-1]
        assert len(got.headers["webhook-signature"].split(" ")) == 2
        for secret in (old, new):
            Webhook(secret).verify(got.body, got.headers)
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)):
        ask(hook)
        work()
        got = receiver.got[-1]
        Webhook(new).verify(got.body, got.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(old).verify(got.body, got.headers)


def test_a_receiver_that_is_down_gets_it_later_with_the_same_id_and_bytes(
    receiver: Receiver, hook: int, ask: Ask, work: Work, travel: Any
) -> None:
    receiver.answer = lambda got: 503
    ask(hook)
    work()
    [delivery] = deliveries(hook)
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    wait = (delivery.next_at - clock.now()).total_seconds()
    assert 5 <= wait <= 6
    wake()
    work()
    assert len(receiver.got) == 1  # not before its time
    receiver.stop()
    travel.shift(6.5)
    wake()
    work()
    assert [(one.status_code, bool(one.error)) for one in attempts(hook)] == [(503, False), (None, True)]
    receiver.answer = lambda got: 200
    receiver.start()
    travel.shift(37)
    wake()
    work()
    first, last = receiver.got
    assert (first.id, first.body) == (last.id, last.body)
    assert first.headers["webhook-timestamp"] != last.headers["webhook-timestamp"]
    assert deliveries(hook)[0].status == "delivered"
    assert the_endpoint(hook).failing_since is None


def test_it_is_tried_for_three_days_and_then_given_up(
    receiver: Receiver, hook: int, ask: Ask, work: Work, travel: Any
) -> None:
    receiver.answer = lambda got: 500
    ask(hook)
    began = clock.now()
    work()
    while (delivery := deliveries(hook)[0]).status == "pending":
        travel.move_to(delivery.next_at)
        wake()
        work()
    assert (delivery.status, delivery.attempts) == ("failed", len(receiver.got))
    assert timedelta(days=2) < clock.now() - began <= timedelta(days=3)
    assert len({got.id for got in receiver.got}) == 1
    assert the_endpoint(hook).is_enabled


def test_an_answer_is_logged_and_cut(receiver: Receiver, hook: int, ask: Ask, work: Work) -> None:
    receiver.answer = lambda got: (400, {}, b"x" * 5000)
    ask(hook)
    work()
    [attempt] = attempts(hook)
    assert (attempt.status_code, attempt.answer) == (400, "x" * 1024)


# switched off


def notified(person: Person) -> list[dict[str, Any]]:
    db.session.rollback()
    return [
        n for n in person.get("/api/notifications/").json["data"] if n["kind"] == NoticeKind.WEBHOOK_DISABLED
    ]


def test_410_switches_off_and_the_owner_is_told(
    receiver: Receiver, hook: int, ask: Ask, work: Work, boss: Person
) -> None:
    db.session.execute(update(UserPresence).values(choice="busy", presence="online"))
    db.session.commit()
    receiver.answer = lambda got: 410
    ask(hook)
    ask(hook)
    work()
    assert len(receiver.got) == 1
    endpoint = the_endpoint(hook)
    assert (endpoint.is_enabled, endpoint.disabled_reason) == (False, "gone")
    assert [one.status for one in deliveries(hook)] == ["failed", "failed"]
    [line] = notified(boss)
    assert (line["title"], line["url"]) == (
        f"Your webhook {hook} was switched off",
        f"/integrations#webhook-{hook}",
    )


def test_five_days_of_failure_switch_off(
    receiver: Receiver, hook: int, ask: Ask, work: Work, travel: Any
) -> None:
    receiver.answer = lambda got: 500
    ask(hook)
    work()
    travel.shift(5 * 24 * 3600 - 10)
    ask(hook)
    wake()
    work()
    assert the_endpoint(hook).is_enabled
    travel.shift(20)
    wake()
    work()
    assert the_endpoint(hook).disabled_reason == "failing"
    assert the_endpoint(hook).is_enabled is False


def test_one_success_begins_the_five_days_anew(
    receiver: Receiver, hook: int, ask: Ask, work: Work, travel: Any
) -> None:
    receiver.answer = lambda got: 500
    ask(hook)
    work()
    receiver.answer = lambda got: 200
    travel.shift(4 * 24 * 3600)
    wake()
    work()
    assert the_endpoint(hook).failing_since is None
    receiver.answer = lambda got: 500
    travel.shift(2 * 24 * 3600)
    ask(hook)
    work()
    assert the_endpoint(hook).is_enabled


def test_what_waits_for_an_owner_without_a_right_is_not_sent(
    receiver: Receiver, hook: int, ask: Ask, work: Work, boss: Person
) -> None:
    receiver.answer = lambda got: 500
    ask(hook)
    accounts.create_user("chief", "chief@example.org", "correct horse battery", role=Role.ADMIN)
    accounts.set_role(None, boss.id, Role.USER)
    work()
    assert receiver.got == []
    assert the_endpoint(hook).disabled_reason == "owner_may_not"


# order


def queue_tests(hook: int, ask: Ask, count: int) -> list[str]:
    for _ in range(count):
        ask(hook)
    return [event.uid for event in told(hook)]


def test_in_order_the_later_ones_wait(
    receiver: Receiver, server_endpoint: Make, work: Work, travel: Any, ask: Ask
) -> None:
    hook = server_endpoint("ticket.*", is_ordered=True)
    uids = queue_tests(hook, ask, 4)
    receiver.answer = lambda got: 500 if got.id == uids[1] else 200
    work()
    for _ in range(3):
        wake()
        work()
    assert [got.id for got in receiver.got] == uids[:2]
    receiver.answer = lambda got: 200
    travel.shift(10)
    wake()
    work()
    assert [got.id for got in receiver.got] == [uids[0], uids[1], *uids[1:]]


def test_in_order_what_is_given_up_lets_the_next_one_pass(
    receiver: Receiver, server_endpoint: Make, work: Work, travel: Any, ask: Ask
) -> None:
    hook = server_endpoint("ticket.*", is_ordered=True)
    uids = queue_tests(hook, ask, 2)
    receiver.answer = lambda got: 500 if got.id == uids[0] else 200
    work()
    while deliveries(hook)[0].status == "pending":
        travel.move_to(deliveries(hook)[0].next_at)
        wake()
        work()
    assert [one.status for one in deliveries(hook)] == ["failed", "delivered"]


def test_without_order_nothing_waits(
    receiver: Receiver, hook: int, work: Work, travel: Any, ask: Ask
) -> None:
    uids = queue_tests(hook, ask, 4)
    receiver.answer = lambda got: 500 if got.id == uids[1] else 200
    work()
    assert {got.id for got in receiver.got} == set(uids)
    assert [one.status for one in deliveries(hook)] == ["delivered", "pending", "delivered", "delivered"]


# who sends


@pytest.mark.parametrize("is_ordered", [False, True])
def test_two_workers_send_nothing_twice(
    app: Flask, receiver: Receiver, server_endpoint: Make, ask: Ask, is_ordered: bool
) -> None:
    hook = server_endpoint("ticket.*", is_ordered=is_ordered)
    uids = queue_tests(hook, ask, 20)
    db.session.rollback()
    errors: list[Exception] = []

    def work() -> None:
        try:
            with app.app_context():
                for _ in range(20):
                    service.deliver(hook)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    sent = [got.id for got in receiver.got]
    assert sorted(sent) == sorted(uids)
    if is_ordered:
        assert sent == uids


def test_a_claim_that_nobody_finishes_is_open_again_after_its_lease(
    receiver: Receiver, hook: int, work: Work, travel: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker dies between the request and the writing down."""
    queue_tests(hook, ask, 1)
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_note", _die)
        with pytest.raises(SystemExit):
            service.deliver(hook)
    assert len(receiver.got) == 1
    wake()
    work()
    assert len(receiver.got) == 1
    travel.shift(rules.LEASE.total_seconds() + 0.1)
    wake()
    work()
    assert [got.id for got in receiver.got] == [told(hook)[0].uid] * 2
    assert deliveries(hook)[0].status == "delivered"


def _die(*args: object) -> None:
    raise SystemExit


def test_one_job_per_endpoint_at_a_time(hook: int, ask: Ask) -> None:
    queue_tests(hook, ask, 5)
    jobs.deliver_due()
    jobs.deliver_due()
    assert store.slow_queue.count == 1


def test_a_long_backlog_is_worked_off(receiver: Receiver, hook: int, work: Work, ask: Ask) -> None:
    queue_tests(hook, ask, 2)
    queue_tests(hook, ask, rules.DELIVERIES_PER_JOB + 20)
    work()
    assert len(receiver.got) == rules.DELIVERIES_PER_JOB + 22
    db.session.rollback()
    assert queries.backlog() == 0


def test_slow_failures_earn_a_rest(receiver: Receiver, hook: int, boss: Person) -> None:
    live.keep_turn(hook)
    live.end_turn(hook, rules.rest(15))
    assert not live.ask_turn(hook)
    assert 100 < store.client.ttl(live.REST.format(hook)) <= 136
    live.keep_turn(hook)
    live.end_turn(hook + 1, rules.rest(0.1))
    assert live.ask_turn(hook + 1)


def test_a_lost_redis_loses_nothing(app: Flask, receiver: Receiver, hook: int, work: Work, ask: Ask) -> None:
    queue_tests(hook, ask, 3)
    store.client.flushall()
    jobs.deliver_due()
    work()
    assert len(receiver.got) == 3


def test_slow_jobs_are_for_other_workers(app: Flask, receiver: Receiver, hook: int, ask: Ask) -> None:
    queue_tests(hook, ask, 1)
    AppWorker.on(app, store.queue).work(burst=True, logging_level="ERROR")
    assert receiver.got == []
    AppWorker.on(app, store.slow_queue).work(burst=True, logging_level="ERROR")
    assert len(receiver.got) == 1


def test_old_events_are_forgotten_but_not_what_waits(
    receiver: Receiver, server_endpoint: Make, work: Work, travel: Any, ask: Ask
) -> None:
    done, waiting = server_endpoint("ticket.*"), server_endpoint("ticket.*", url="http://127.0.0.1:1/")
    queue_tests(done, ask, 1)
    work()
    queue_tests(waiting, ask, 1)
    travel.shift(29 * 24 * 3600)
    jobs.forget_old()
    assert len(attempts(done)) == 1
    queue_tests(done, ask, 1)
    travel.shift(2 * 24 * 3600)
    db.session.execute(update(Endpoint).values(is_enabled=True))
    db.session.commit()
    jobs.forget_old()
    assert [len(deliveries(one)) for one in (done, waiting)] == [1, 1]
    assert deliveries(waiting)[0].status == DeliveryStatus.PENDING
    assert attempts(done) == []


def test_the_figure_counts_what_waits(hook: int, boss: Person, ask: Ask) -> None:
    assert queries.backlog() == 0
    queue_tests(hook, ask, 2)
    assert queries.backlog() == 2
    stats = boss.get("/api/health/").json["stats"]
    assert stats["webhook_backlog"] == 2


def test_a_deleted_endpoint_takes_its_log_along(
    receiver: Receiver, hook: int, boss: Person, ask: Ask
) -> None:
    queue_tests(hook, ask, 1)
    assert boss.call("DELETE", f"/api/webhooks/{hook}/").status_code == 204
    db.session.rollback()
    assert db.session.query(Delivery).count() == 0
    service.work(hook)  # a job that waited
    assert receiver.got == []


def test_the_schedule_looks_after_it(app: Flask) -> None:
    assert {jobs.deliver_due, jobs.forget_old} <= set(schedule.table())
