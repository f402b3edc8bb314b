"""Mail to those who are away: one that lists what is unread, once, and not if it is read meanwhile."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from pulse.accounts.models import User
from pulse.conversations import service as conversations
from pulse.conversations.kinds import Notify
from pulse.core import clock, outbox
from pulse.core.events import transaction
from pulse.extensions import db, store
from pulse.notifications import jobs, reactions, service
from pulse.notifications.events import DigestDue
from pulse.notifications.models import Digest, Notification
from pulse.notifications.rules import NoticeKind
from pulse.presence import service as presence
from pulse.presence.rules import Choice
from tests.conftest import Person
from tests.conversations.conftest import Team
from tests.notifications.conftest import channel_of
from tests.presence.people import add_many, identity
from tests.support.mail import SmtpServer
from tests.support.statements import noted

Work = Callable[[], None]
HALF_AN_HOUR = 1800


def write(person: Person, conversation_id: int, body: str) -> int:
    draft = conversations.Draft(body=body)
    return conversations.send(person.id, conversation_id, draft).message.seq


def leave(travel: Any, seconds: int = 300) -> None:
    """Nobody gives a sign of life any more."""
    travel.shift(seconds)
    presence.sweep()
    presence.record()


def tick() -> None:
    db.session.rollback()  # what was read before is older
    jobs.mail_due_digests()


def backlog() -> int:
    db.session.rollback()
    return outbox.backlog()


def mails(smtp: SmtpServer, work: Work) -> list[str]:
    """The subjects of the mails that a tick leads to."""
    smtp.messages.clear()
    tick()
    work()
    assert backlog() == 0
    return [str(mail["subject"]) for mail in smtp.messages]


def text(smtp: SmtpServer, kind: str = "plain") -> str:
    body = smtp.messages[-1].get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_away_for_long_one_gets_one_mail_that_lists_what_is_unread(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    direct = conversations.open_direct(team.ann.id, "bob")
    write(team.ann, channel, "@bob look <b>here</b>")
    write(team.ann, channel, "@bob now")
    write(team.ann, direct, "Are you there?")
    work()
    travel.shift(HALF_AN_HOUR - 300 + 120 - 1)  # they were gone after two minutes
    assert mails(smtp, work) == []
    travel.shift(1)
    assert mails(smtp, work) == ["2 notifications on Pulse"]
    assert smtp.messages[0]["to"] == "bob@example.org"
    plain, html = text(smtp), text(smtp, "html")
    for line in ("ann mentioned you 2 times in #general: @bob now", "Message from ann: Are you there?"):
        assert line in plain
    assert f"http://127.0.0.1:5000/app/{channel}" in plain
    assert "http://127.0.0.1:5000/profile#notifications" in plain
    assert f'href="http://127.0.0.1:5000/app/{direct}"' in html
    for _ in range(3):
        assert mails(smtp, work) == []
        travel.shift(86400)
    write(team.ann, channel, "@bob hello?")  # grows what was mailed already
    work()
    travel.shift(3600)
    assert mails(smtp, work) == []


def test_texts_of_people_are_text_in_the_mail(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    with transaction() as session:
        session.execute(update(User).where(User.id == team.ann.id).values(full_name="<i>Ann</i>\r\nBcc: x"))
    write(team.ann, channel, "@bob <script>alert(1)</script>")
    work()
    travel.shift(HALF_AN_HOUR)
    mails(smtp, work)
    assert "<script>" not in text(smtp, "html")
    assert "&lt;i&gt;Ann&lt;/i&gt; Bcc: x mentioned you" in text(smtp, "html")
    assert smtp.messages[0]["bcc"] is None


def test_the_next_one_comes_soon_but_never_close(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel, 3600)
    other, third = channel_of(team, "other", team.bob), channel_of(team, "third", team.bob)
    write(team.ann, channel, "@bob 1")
    work()
    assert mails(smtp, work) == ["A notification on Pulse"]  # they are away for long already
    travel.shift(60)
    write(team.ann, other, "@bob 2")
    write(team.ann, third, "@bob 3")
    work()
    assert mails(smtp, work) == []
    travel.shift(HALF_AN_HOUR - 61)
    assert mails(smtp, work) == []
    travel.shift(1)
    assert mails(smtp, work) == ["2 notifications on Pulse"]


def test_what_is_read_meanwhile_is_not_mailed(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    other = channel_of(team, "other", team.bob)
    write(team.ann, channel, "@bob secret")
    seq = write(team.ann, other, "@bob read")
    work()
    travel.shift(HALF_AN_HOUR)
    db.session.rollback()
    conversations.mark_read(team.bob.id, other, seq)
    tick()
    conversations.mark_read(team.bob.id, channel, 1)  # ordered, but not sent yet
    work()
    assert smtp.messages == []
    assert backlog() == 0


def test_whoever_is_here_gets_no_mail_whatever_others_see(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work, app: Flask
) -> None:
    """Online at first, then invisible, then gone."""
    who = presence.Beat(device_id="laptop", device_type="web")
    bob = team.bob

    def stay(seconds: int) -> None:
        for _ in range(seconds // 60):
            travel.shift(60)
            presence.count_input(identity(bob), who)

    presence.count_input(identity(bob), who)
    write(team.ann, channel, "@bob")
    work()
    stay(3600)
    assert mails(smtp, work) == []
    presence.set_presence(identity(bob), presence.Change(choice=Choice.INVISIBLE))
    stay(3600)
    assert mails(smtp, work) == []
    leave(travel)
    assert mails(smtp, work) == []
    travel.shift(HALF_AN_HOUR)
    assert mails(smtp, work) == ["A notification on Pulse"]


def test_preferences_decide(travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work) -> None:
    leave(travel)
    service.set_preferences(team.bob.id, {"mail_when_away": False})
    service.set_preferences(team.gus.id, {"mail_after_minutes": 120})
    write(team.ann, channel, "@bob @gus")
    work()
    travel.shift(HALF_AN_HOUR)
    assert mails(smtp, work) == []
    travel.shift(5400)
    assert mails(smtp, work) == ["A notification on Pulse"]
    assert smtp.messages[0]["to"] == "gus@example.org"
    service.set_preferences(team.bob.id, {"mail_when_away": True})
    assert mails(smtp, work) == ["A notification on Pulse"]
    assert smtp.messages[0]["to"] == "bob@example.org"


def test_invitations_and_arrivals_are_not_mailed_here(
    travel: Any, team: Team, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    for kind in (NoticeKind.CAME_ONLINE, NoticeKind.INVITATION):
        service.notify(service.Notice(kind, key=kind, actor_id=team.ann.id), [team.bob.id])
    travel.shift(3600)
    assert mails(smtp, work) == []
    db.session.rollback()
    assert db.session.scalars(select(Digest)).all() == []


def test_a_suspended_account_gets_no_mail(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    write(team.ann, channel, "@bob")
    work()
    with transaction() as session:
        session.execute(update(User).where(User.id == team.bob.id).values(account_status="suspended"))
    travel.shift(HALF_AN_HOUR)
    assert mails(smtp, work) == []


def test_a_mail_server_that_is_away_loses_nothing(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    leave(travel)
    write(team.ann, channel, "@bob")
    work()
    travel.shift(HALF_AN_HOUR)
    smtp.is_refusing = True
    tick()
    work()
    assert smtp.messages == []
    smtp.is_refusing = False
    travel.shift(31)
    db.session.rollback()
    outbox.relay_due()
    work()
    assert len(smtp.messages) == 1
    assert backlog() == 0


def test_whoever_dies_after_the_decision_has_ordered_the_mail(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    """The job is lost with Redis; the order is in the outbox."""
    leave(travel)
    write(team.ann, channel, "@bob")
    work()
    travel.shift(HALF_AN_HOUR)
    tick()
    store.client.flushall()
    travel.shift(31)
    db.session.rollback()
    outbox.relay_due()
    work()
    assert len(smtp.messages) == 1


def test_whoever_dies_before_the_commit_has_decided_nothing(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(travel)
    write(team.ann, channel, "@bob")
    work()
    travel.shift(HALF_AN_HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "store", lambda *args: (_ for _ in ()).throw(SystemExit()))
        with pytest.raises(SystemExit):
            tick()
    assert mails(smtp, work) == ["A notification on Pulse"]


def test_ticks_at_once_order_one_mail(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work, app: Flask
) -> None:
    leave(travel)
    for number in range(5):
        write(team.ann, channel_of(team, f"channel-{number}", team.bob, team.gus), "@bob @gus")
    work()
    travel.shift(HALF_AN_HOUR)
    barrier, counts, failures = threading.Barrier(4), [], []

    def tick_along() -> None:
        with app.app_context():
            barrier.wait()
            try:
                counts.append(service.mail_due_digests())
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=tick_along) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(counts) == 2
    work()
    assert sorted(str(mail["to"]) for mail in smtp.messages) == ["bob@example.org", "gus@example.org"]


def test_very_many_are_named_by_their_number(travel: Any, team: Team, smtp: SmtpServer, work: Work) -> None:
    leave(travel)
    for number in range(23):
        write(team.ann, channel_of(team, f"channel-{number}", team.bob), "@bob")
    work()
    travel.shift(HALF_AN_HOUR)
    assert mails(smtp, work) == ["23 notifications on Pulse"]
    assert text(smtp).count("* ") == 20
    assert "And 3 more" in text(smtp)


def test_a_mail_for_somebody_who_is_gone_is_no_error(team: Team) -> None:
    reactions.send_digest(DigestDue(team.bob.id, [1, 2]))
    reactions.send_digest(DigestDue(999_999, [1]))


def test_a_tick_costs_what_is_due(travel: Any, team: Team, channel: int, work: Work) -> None:
    """However many have unread notifications, mailed long ago or of no concern to mails."""
    leave(travel)
    users = add_many([f"user{number}" for number in range(300)])
    with transaction() as session:
        later = clock.now() + timedelta(hours=1)
        fields = {"conversation_id": channel, "created_at": clock.now(), "updated_at": clock.now()}
        rows = [{"user_id": user.id, "kind": "mention", "key": "k", "actors": [], **fields} for user in users]
        session.execute(Notification.__table__.insert(), rows)
        session.execute(Digest.__table__.insert(), [{"user_id": user.id, "due_at": later} for user in users])
    db.session.rollback()
    with noted() as nothing:
        jobs.mail_due_digests()
    assert len(nothing) == 1
    write(team.ann, channel, "@bob")
    work()
    travel.shift(HALF_AN_HOUR)
    db.session.rollback()
    with noted() as one:
        assert service.mail_due_digests() == 1
    assert len(one) < 15


def test_a_muted_conversation_is_not_mailed(
    travel: Any, team: Team, channel: int, smtp: SmtpServer, work: Work
) -> None:
    conversations.set_notify(team.bob.id, channel, Notify.NONE)
    leave(travel)
    write(team.ann, channel, "@bob @channel")
    work()
    travel.shift(HALF_AN_HOUR)
    assert [mail for mail in mails(smtp, work) if mail] == ["A notification on Pulse"]
    assert smtp.messages[0]["to"] == "gus@example.org"
