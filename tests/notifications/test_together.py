"""Jobs and requests at the same moment: nothing is counted twice, nothing read is left unread."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from pulse.conversations import service as conversations
from pulse.conversations.kinds import Notify
from pulse.extensions import db
from pulse.notifications import queries, service
from pulse.notifications.models import Notification
from tests.conversations.conftest import Team
from tests.notifications.conftest import channel_of, inbox
from tests.support.servers import wait_until

Act = Callable[[], object]


def at_once(app: Flask, *actions: Act) -> None:
    """Run actions in threads that start at the same moment; none may fail."""
    barrier, failures = threading.Barrier(len(actions)), []

    def run(action: Act) -> None:
        with app.app_context():
            barrier.wait()
            try:
                action()
            except BaseException as error:
                failures.append(error)

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def write(team: Team, channel: int, body: str = "@bob @gus") -> int:
    db.session.rollback()
    return conversations.send(team.ann.id, channel, conversations.Draft(body=body)).message.seq


def test_jobs_at_once_count_each_message_once(
    team: Team, channel: int, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.notify_members(channel, write(team, channel))
    monkeypatch.setattr(service.messages, "BATCH", 7)
    last = [write(team, channel) for _ in range(29)][-1]
    jobs = [lambda seq=seq: service.notify_members(channel, seq) for seq in (last, last, 1, 15)]
    at_once(app, *jobs)
    assert [line["count"] for line in inbox(team.bob)] == [30]
    assert [line["count"] for line in inbox(team.gus)] == [30]


def test_reading_and_notifying_at_once_leaves_nothing_unread_that_is_read(
    team: Team, channel: int, app: Flask
) -> None:
    for _ in range(25):
        seq = write(team, channel)
        at_once(
            app,
            lambda seq=seq: service.notify_members(channel, seq),
            lambda seq=seq: conversations.mark_read(team.bob.id, channel, seq),
            lambda seq=seq: conversations.mark_read(team.gus.id, channel, seq),
        )
        db.session.rollback()
        assert queries.unread_counts([team.bob.id, team.gus.id]) == {}


def test_leaving_and_notifying_at_once_leaves_nothing_behind(team: Team, app: Flask) -> None:
    for number in range(15):
        made = channel_of(team, f"channel-{number}", team.bob)
        seq = write(team, made, "@bob")
        at_once(
            app,
            lambda made=made, seq=seq: service.notify_members(made, seq),
            lambda made=made: conversations.remove_member(team.ann.id, made, team.bob.id),
        )
        assert inbox(team.bob) == []


def test_what_comes_while_it_is_decided_about_mails_is_not_forgotten(
    travel: Any, team: Team, channel: int, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tick finds nothing to mail for somebody just when something is about to be committed."""
    travel.shift(3600)  # everybody is away for long
    service.set_preferences(team.bob.id, {"mail_when_away": True})  # and so there is a look to take
    seq = write(team, channel, "@bob")
    written = threading.Event()

    note = service.messages._note_progress

    def note_late(*args: int) -> None:
        note(*args)
        written.set()
        wait_until(is_somebody_waiting)

    def tick() -> None:
        assert written.wait(10)
        service.mail_due_digests()

    with monkeypatch.context() as patch:
        patch.setattr(service.messages, "_note_progress", note_late)
        at_once(app, lambda: service.notify_members(channel, seq), tick)
    db.session.rollback()
    service.mail_due_digests()
    db.session.rollback()
    assert db.session.scalars(select(Notification.mailed_at)).one() is not None


def is_somebody_waiting() -> bool:
    """Whether somebody waits for a lock, which PostgreSQL tells; in SQLite all wait that write."""
    if db.engine.dialect.name == "sqlite":
        return True
    with db.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_everything_at_once_ends(team: Team, app: Flask) -> None:
    """Notifying in several channels, sending, reading, marking and mailing: nobody waits for ever."""
    made = [channel_of(team, f"channel-{number}", team.bob, team.gus) for number in range(4)]
    for one in made:
        for user in (team.bob, team.gus):
            conversations.set_notify(user.id, one, Notify.ALL)
        write(team, one, "@channel")

    def notify(one: int) -> None:
        for seq in range(1, 9):
            conversations.send(team.ann.id, one, conversations.Draft(body="@channel"))
            service.notify_members(one, seq)

    def read() -> None:
        for seq in range(1, 9):
            for one in made:
                conversations.mark_read(team.bob.id, one, seq)
            service.mark_all_read(team.gus.id)
            service.set_preferences(team.gus.id, {"mail_when_away": True})
            service.mail_due_digests()

    at_once(app, *(lambda one=one: notify(one) for one in made), read, read)
    for one in made:
        service.notify_members(one, 9)
    db.session.rollback()
    for one in made:
        conversations.mark_read(team.bob.id, one, 9)
    assert queries.unread_count(team.bob.id) == 0
