"""Notifications that are not about messages: invitations, somebody coming online, being added."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from pulse.conversations import service as conversations
from pulse.conversations.kinds import Notify
from pulse.core import outbox
from pulse.extensions import db
from pulse.notifications import reactions
from pulse.notifications.models import Notification
from pulse.notifications.service import mark_all_read
from pulse.presence import service as presence
from pulse.presence.events import WaitsEnded
from pulse.workspaces import service as workspaces
from pulse.workspaces.events import MemberInvited
from pulse.workspaces.rules import MemberRole
from tests.conftest import Person
from tests.conversations.conftest import Team
from tests.notifications.conftest import inbox, titles
from tests.presence.people import beat

Work = Callable[[], None]


def invite(team: Team, email: str = "eve@example.org") -> int:
    return workspaces.invite(team.ann.id, team.id, email, MemberRole.MEMBER)


def test_whoever_is_added_to_a_channel_by_somebody_else_learns_of_it(team: Team, work: Work) -> None:
    made = team.channel("plans", team.bob)
    work()
    [line] = inbox(team.bob)
    assert (line["kind"], line["title"], line["message"], line["url"]) == (
        "added_to_channel",
        "ann added you to #plans",
        "ann added you to #plans",
        f"/app/{made}",
    )
    conversations.remove_member(team.bob.id, made, team.bob.id)
    assert inbox(team.bob) == []
    conversations.join(team.bob.id, made)
    work()
    assert inbox(team.bob) == []
    assert inbox(team.ann) == []  # who made it is in it


def test_a_direct_conversation_adds_nobody(team: Team, work: Work) -> None:
    conversations.open_direct(team.ann.id, "bob")
    work()
    assert inbox(team.bob) == []


def test_an_invitation_leads_to_its_page_and_goes_with_it(team: Team, work: Work, smtp: Any) -> None:
    invite(team)
    work()
    [line] = inbox(team.eve)
    assert (line["kind"], line["title"]) == ("invitation", "ann invited you to Engineering")
    assert (line["workspace_id"], line["conversation_id"]) == (team.id, None)
    token = line["url"].removeprefix("/invitations/")
    assert team.eve.post("/api/invitations/accept/", {"token": token}).status_code == 200
    assert inbox(team.eve) == []
    assert len(smtp.messages) == 1  # the invitation's own mail


def test_invited_again_one_learns_of_it_again(travel: Any, team: Team, work: Work) -> None:
    number = invite(team)
    work()
    reactions.notify_invited(MemberInvited(number))  # the job runs twice
    assert [line["count"] for line in inbox(team.eve)] == [1]
    mark_all_read(team.eve.id)
    reactions.notify_invited(MemberInvited(number))  # and once more, when all is read
    assert [line["is_read"] for line in inbox(team.eve)] == [True]
    travel.shift(60)
    assert invite(team) == number
    work()
    assert len(inbox(team.eve)) == 2
    workspaces.withdraw(team.ann.id, team.id, number)
    assert inbox(team.eve) == []


def test_an_address_without_an_account_is_no_error(team: Team, work: Work) -> None:
    invite(team, "nobody@example.org")
    work()
    db.session.rollback()
    assert outbox.backlog() == 0
    assert db.session.scalars(select(Notification)).all() == []


def test_nobody_is_notified_by_whom_they_have_blocked(team: Team, work: Work) -> None:
    conversations.block(team.eve.id, "ann")
    conversations.block(team.bob.id, "ann")
    invite(team)
    team.channel("plans", team.bob)
    work()
    assert (inbox(team.eve), inbox(team.bob)) == ([], [])


def come(person: Person, work: Work) -> None:
    beat(person)
    presence.record()
    work()


@pytest.fixture
def absent(travel: Any, team: Team, work: Work) -> Any:
    """Everybody who signed in has been silent since; tokens are good still."""
    travel.shift(300)
    presence.sweep()
    presence.record()
    work()
    return travel


def test_somebody_one_waits_for_comes_online(absent: Any, team: Team, work: Work) -> None:
    assert team.bob.put(f"/api/users/{team.ann.id}/watch/").status_code == 200
    come(team.ann, work)
    [line] = inbox(team.bob)
    assert (line["kind"], line["title"], line["actor"]) == ("came_online", "ann is online", "ann")
    assert line["url"] == "/people"
    absent.shift(300)
    presence.sweep()
    come(team.ann, work)
    assert len(inbox(team.bob)) == 1  # one waits once


def test_whoever_acknowledges_an_arrival_has_read_of_it(absent: Any, team: Team, work: Work) -> None:
    for path in (f"/api/users/{team.ann.id}/watch/", f"/api/users/{team.gus.id}/watch/"):
        assert team.bob.put(path).status_code == 200
    come(team.ann, work)
    come(team.gus, work)
    assert team.bob.call("DELETE", f"/api/users/{team.ann.id}/watch/").status_code == 200
    assert [(line["actor"], line["is_read"]) for line in inbox(team.bob)] == [("gus", False), ("ann", True)]


def test_a_wait_that_ended_is_told_once_however_often_the_job_runs(
    absent: Any, team: Team, work: Work
) -> None:
    team.bob.put(f"/api/users/{team.ann.id}/watch/")
    beat(team.ann)
    presence.record()
    db.session.rollback()
    [event] = [
        WaitsEnded(**row.payload)
        for row in db.session.scalars(select(outbox.Outbox))
        if row.event_type.endswith(":WaitsEnded")
    ]
    for _ in range(3):
        reactions.notify_waiting(event)
    work()
    assert titles(team.bob) == ["ann is online"]
    assert inbox(team.bob)[0]["count"] == 1


def test_whoever_may_not_see_them_any_more_is_not_notified(absent: Any, team: Team, work: Work) -> None:
    team.bob.put(f"/api/users/{team.ann.id}/watch/")
    beat(team.ann)
    presence.record()
    team.ann.put("/api/profile/", {"visibility": "nobody"})
    work()
    assert inbox(team.bob) == []


def test_coming_online_unawaited_leaves_no_job_behind(absent: Any, team: Team) -> None:
    beat(team.ann)
    presence.record()
    db.session.rollback()
    assert outbox.backlog() == 0


def test_whoever_is_busy_is_not_notified(team: Team, work: Work) -> None:
    beat(team.bob)
    presence.record()
    team.bob.put(f"/api/users/{team.bob.id}/presence/", {"choice": "busy"})
    team.channel("plans", team.bob)
    work()
    assert inbox(team.bob) == []


def test_whoever_mutes_a_channel_before_they_learn_of_it_does_not(team: Team, work: Work) -> None:
    made = team.channel("plans", team.bob)
    conversations.set_notify(team.bob.id, made, Notify.NONE)
    work()
    assert inbox(team.bob) == []
