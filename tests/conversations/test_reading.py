"""Read cursors: unread is last number less the read one, so it cannot drift."""

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from pulse.conversations import service
from pulse.conversations.models import Member, Message
from pulse.conversations.queries import conversations as queries
from pulse.core.errors import Forbidden, NotFound
from pulse.extensions import db
from tests.conftest import Person
from tests.conversations.conftest import Team, say


def unread(who: Person, conversation_id: int) -> int:
    return int(who.get(f"/api/conversations/{conversation_id}/").json["unread_count"])


def test_reading_up_to_a_message(team: Team) -> None:
    channel = team.channel("general", team.bob)
    ids = [say(team.ann, channel, str(number))["id"] for number in range(5)]
    assert (unread(team.ann, channel), unread(team.bob, channel)) == (0, 5)
    marked = team.bob.post(f"/api/messages/{ids[2]}/mark_read/").json
    assert marked == {"conversation_id": channel, "read_seq": 3, "unread_count": 2, "marked_read": 3}
    assert team.bob.post(f"/api/messages/{ids[0]}/mark_read/").json["marked_read"] == 0
    team.bob.post(f"/api/messages/{ids[1]}/mark_unread/")
    assert unread(team.bob, channel) == 4
    rest = team.bob.post(f"/api/conversations/{channel}/mark_read/", {})
    assert (rest.json["unread_count"], rest.json["marked_read"]) == (0, 4)
    assert team.bob.post(f"/api/conversations/{channel}/mark_read/", {"seq": 2**31 - 1}).json["read_seq"] == 5


def test_sending_reads_what_came_before(team: Team) -> None:
    channel = team.channel("general", team.bob)
    say(team.ann, channel)
    say(team.bob, channel)
    assert (unread(team.ann, channel), unread(team.bob, channel)) == (1, 0)


def test_what_one_has_changed_is_not_unread_to_oneself(team: Team) -> None:
    channel = team.channel("general", team.bob)
    team.ann.call("PATCH", f"/api/channels/{channel}/", {"topic": "news", "name": "other"})
    assert (unread(team.ann, channel), unread(team.bob, channel)) == (0, 2)
    team.bob.call("PATCH", f"/api/channels/{channel}/", {"topic": "old"})
    assert (unread(team.ann, channel), unread(team.bob, channel)) == (1, 3)


def test_what_is_read_has_arrived(team: Team) -> None:
    direct = service.open_direct(team.ann.id, "bob")
    say(team.ann, direct)
    team.bob.post(f"/api/conversations/{direct}/mark_read/")
    theirs = team.ann.get(f"/api/conversations/{direct}/").json["other_user"]
    assert (theirs["read_seq"], theirs["delivered_seq"]) == (1, 1)
    team.bob.post(f"/api/conversations/{direct}/mark_unread/", {"seq": 1})
    theirs = team.ann.get(f"/api/conversations/{direct}/").json["other_user"]
    assert (theirs["read_seq"], theirs["delivered_seq"]) == (0, 1)


def test_deleted_messages_keep_their_number(team: Team) -> None:
    channel = team.channel("general", team.bob)
    message = say(team.ann, channel)["id"]
    say(team.ann, channel)
    team.ann.call("DELETE", f"/api/messages/{message}/")
    assert unread(team.bob, channel) == 2


def test_only_members_have_a_cursor(team: Team) -> None:
    channel = team.channel()
    say(team.ann, channel)
    path = f"/api/conversations/{channel}/"
    for door, body in (("mark_read/", {}), ("mark_unread/", {"seq": 1})):
        answer = team.bob.post(path + door, body)
        assert (answer.status_code, answer.json["code"]) == (403, "not_a_member")
        assert team.eve.post(path + door, body).status_code == 404
    for body in ({"seq": -1}, {"seq": "x"}, {"seq": 2**31}, {}):
        assert team.ann.post(f"{path}mark_unread/", body).status_code == 422


def test_what_to_be_notified_of(team: Team) -> None:
    channel = team.channel("general", team.bob)
    say(team.ann, channel)
    path = f"/api/conversations/{channel}/"
    total = "/api/conversations/unread_count/"
    assert team.bob.get(total).json == {"unread_count": 1, "conversations": 1}
    muted = team.bob.call("PATCH", path, {"is_muted": True}).json
    assert (muted["is_muted"], muted["notify"]) == (True, "none")
    assert team.bob.get(total).json == {"unread_count": 0, "conversations": 0}
    assert team.bob.call("PATCH", path, {"is_muted": False}).json["notify"] == "mentions"
    assert team.bob.call("PATCH", path, {"notify": "all"}).json["notify"] == "all"
    for body in ({}, {"notify": "some"}, {"is_muted": None}, {"notify": None}):
        assert team.bob.call("PATCH", path, body).status_code == 422
    assert team.eve.call("PATCH", path, {"notify": "all"}).status_code == 404


def test_the_list_filters(team: Team) -> None:
    channel = team.channel("general", team.bob)
    other = team.bob.post("/api/workspaces/", {"name": "Other"}).json["id"]
    quiet = team.bob.post("/api/channels/", {"workspace_id": other, "name": "quiet"}).json["id"]
    direct = team.ann.post("/api/conversations/", {"username": "bob"}).json["id"]
    say(team.ann, direct)
    say(team.ann, channel)

    def ids(query: str) -> list[int]:
        return [one["id"] for one in team.bob.get(f"/api/conversations/?{query}").json["data"]]

    assert ids("") == [channel, direct, quiet]
    assert ids("kind=direct") == [direct]
    assert ids("kind=channel") == [channel, quiet]
    assert ids(f"workspace_id={other}") == [quiet]
    assert ids("unread=true") == [channel, direct]
    page = team.bob.get("/api/conversations/?limit=2").json
    assert ids(f"limit=2&cursor={page['next']}") == [quiet]
    assert team.bob.get("/api/conversations/?kind=x").status_code == 422


_numbers = count(1)


class Reading(RuleBasedStateMachine):
    """People send, read, mark unread, delete, join and leave on several devices; counts stay true."""

    team: Team

    @initialize()
    def begin(self) -> None:
        self.people = [self.team.ann.id, self.team.bob.id, self.team.gus.id]
        self.channels = [self.team.channel(f"c{n}-{next(_numbers)}") for n in range(2)]
        for channel in self.channels:
            service.add(self.team.ann.id, channel, self.people)

    @rule(who=st.integers(0, 2), where=st.integers(0, 1))
    def send(self, who: int, where: int) -> None:
        self._allowed(lambda: service.send(self.people[who], self.channels[where], service.Draft("x")))

    @rule(who=st.integers(0, 2), where=st.integers(0, 1), seq=st.none() | st.integers(0, 30))
    def read(self, who: int, where: int, seq: int | None) -> None:
        self._allowed(lambda: service.mark_read(self.people[who], self.channels[where], seq))

    @rule(who=st.integers(0, 2), where=st.integers(0, 1), seq=st.integers(0, 30))
    def unread(self, who: int, where: int, seq: int) -> None:
        self._allowed(lambda: service.mark_unread(self.people[who], self.channels[where], seq))

    @rule(where=st.integers(0, 1), nth=st.integers(0, 30))
    def delete(self, where: int, nth: int) -> None:
        ids = db.session.scalars(
            select(Message.id).where(Message.conversation_id == self.channels[where]).order_by(Message.seq)
        ).all()
        if ids:
            self._allowed(lambda: service.remove(self.people[0], ids[nth % len(ids)]))

    @rule(who=st.integers(1, 2), where=st.integers(0, 1))
    def leave(self, who: int, where: int) -> None:
        user_id = self.people[who]
        self._allowed(lambda: service.remove_member(user_id, self.channels[where], user_id))

    @rule(who=st.integers(1, 2), where=st.integers(0, 1))
    def come_back(self, who: int, where: int) -> None:
        service.add(self.people[0], self.channels[where], [self.people[who]])

    @invariant()
    def counts_are_true(self) -> None:
        db.session.rollback()
        for channel in getattr(self, "channels", ()):
            seqs = db.session.scalars(
                select(Message.seq).where(Message.conversation_id == channel).order_by(Message.seq)
            ).all()
            assert list(seqs) == list(range(1, len(seqs) + 1))
            for user_id in self.people:
                listed = queries.one_listed(channel, user_id)
                member = db.session.get(Member, (channel, user_id), populate_existing=True)
                if listed is None or member is None:
                    continue
                recount = db.session.scalar(
                    select(func.count()).where(
                        Message.conversation_id == channel, Message.seq > member.read_seq
                    )
                )
                assert listed.place.conversation.last_seq - member.read_seq == recount

    def _allowed(self, action: Any) -> None:
        with suppress(Forbidden, NotFound):
            action()


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(4, 50), pytest.param(100, 100, marks=[pytest.mark.full, pytest.mark.timeout(1800)])],
    ids=["short", "10000"],
)
def test_unread_counts_equal_a_recount(app: Flask, team: Team, examples: int, steps: int) -> None:
    machine = type("Machine", (Reading,), {"team": team})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
