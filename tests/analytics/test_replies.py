"""What is learned of replies from what was written, and who is told of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from pulse.accounts.models import User
from pulse.analytics import jobs, queries, service
from pulse.analytics.models import ReplyKind, ReplyModel
from pulse.cli.erasure import erase
from pulse.conversations import service as conversations
from pulse.core import clock
from pulse.core.estimates import Source
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.presence.models import StatusChange
from pulse.presence.rules import Status
from tests.conversations.conftest import Team, sign_in, team
from tests.support.statements import noted

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
__all__ = ["team"]


class Talk:
    """A conversation of two, in which questions get answers."""

    def __init__(self, team: Team, travel: Any) -> None:
        self.team, self.travel, self.version = team, travel, 100
        travel.move_to(MONDAY, tick=False)
        self.id = conversations.open_direct(team.ann.id, "bob")

    def say(self, who: Any, after: float = 0) -> None:
        self.travel.shift(timedelta(seconds=after))
        conversations.send(who.id, self.id, conversations.Draft("Hello", None, (), None))

    def ask(self, *seconds: float) -> None:
        """Ann asks, twice; Bob answers after so many seconds, twice."""
        for delay in seconds:
            self.say(self.team.ann, 3_600)
            self.say(self.team.ann, 1)
            self.say(self.team.bob, delay - 1)
            self.say(self.team.bob, 1)

    def learn(self) -> None:
        """What the worker does every few seconds, once the last message has settled."""
        self.travel.shift(timedelta(seconds=10))
        service.learn_replies()
        db.session.rollback()

    def bob_is(self, status: Status) -> None:
        """His presence changes."""
        self.version += 1
        with transaction() as session:
            session.add(
                StatusChange(
                    user_id=self.team.bob.id,
                    status=status,
                    previous=Status.OFFLINE,
                    at=clock.now(),
                    until=None,
                    epoch=1,
                    version=self.version,
                )
            )

    def seen(self, by: str = "ann") -> Any:
        """Bob's presence."""
        return sign_in(self.team.app, by).get(f"/api/users/{self.team.bob.id}/presence/").json


@pytest.fixture
def talk(team: Team, travel: Any) -> Talk:
    return Talk(team, travel)


def learned() -> dict[tuple[str, str, int], tuple[dict[str, Any], int]]:
    rows = db.session.scalars(select(ReplyModel).execution_options(populate_existing=True))
    return {(row.kind, row.scope, row.key): (row.state, row.learned_until) for row in rows}


def test_replies_foretell_the_next_one(talk: Talk) -> None:
    assert talk.seen()["predicted_response_time"] is None
    talk.ask(60, 60)
    talk.learn()
    assert talk.seen()["predicted_response"] is None  # too little: two of Bob, and one of Ann to him
    talk.ask(*[60] * 18)
    talk.learn()
    found = talk.seen()
    expected = found["predicted_response"]
    assert (expected["samples"], expected["source"]) == (20, "person")
    assert found["predicted_response_time"] == expected["median_seconds"] == pytest.approx(60, rel=0.2)
    assert expected["most"][0] <= expected["half"][0] <= 60 <= expected["half"][1] <= expected["most"][1]


def test_whoever_has_not_answered_yet_is_expected_to_do_as_their_workspace(talk: Talk) -> None:
    talk.ask(*[60] * 10)
    talk.learn()
    gus = talk.team.gus.id
    found = sign_in(talk.team.app, "ann").get(f"/api/users/{gus}/presence/").json["predicted_response"]
    assert (found["samples"], found["source"]) == (19, "group")  # ten of Bob, nine of Ann


def test_it_learns_the_same_in_many_steps_as_in_one(talk: Talk) -> None:
    for delay in (20, 700, 45, 60, 8, 90):
        talk.ask(delay)
        talk.learn()
    by_and_by = talk.seen()["predicted_response"]
    until = {key: until for key, (_, until) in learned().items()}
    service.relearn_replies()
    db.session.rollback()
    assert talk.seen()["predicted_response"] == by_and_by
    assert {key: until for key, (_, until) in learned().items()} == until


def test_a_message_counts_once_it_has_settled(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    service.learn_replies()
    assert queries.predict_reply(talk.team.bob.id).samples == 5  # type: ignore[union-attr]
    talk.learn()
    assert queries.predict_reply(talk.team.bob.id).samples == 6  # type: ignore[union-attr]


def test_what_time_does_not_suffice_for_is_learned_the_next_time(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    talk.travel.shift(timedelta(seconds=10))
    service.learn_replies(within=0)
    assert learned() == {}
    jobs.learn_replies()
    assert queries.predict_reply(talk.team.bob.id).samples == 6  # type: ignore[union-attr]


def test_presence_at_the_time_counts(talk: Talk) -> None:
    for number in range(60):
        is_here = number % 2 == 0
        talk.bob_is(Status.ONLINE if is_here else Status.OFFLINE)
        talk.ask(20 if is_here else 3_000)
    talk.learn()
    when_offline = queries.predict_reply(talk.team.bob.id)
    talk.bob_is(Status.ONLINE)
    when_online = queries.predict_reply(talk.team.bob.id)
    assert when_online
    assert when_offline
    assert when_online.median < 200 < when_offline.median


def test_whoever_does_not_show_when_they_were_here_shows_no_habits(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    talk.learn()
    assert talk.seen()["engagement_score"] > 0
    sign_in(talk.team.app, "bob").put("/api/profile/", {"show_last_seen": False})
    for_others, for_himself = talk.seen(), talk.seen(by="bob")
    for name in ("predicted_response_time", "predicted_response", "engagement_score"):
        assert for_others[name] is None
        assert for_himself[name] is not None


def test_the_score_is_that_of_the_week(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    bob = sign_in(talk.team.app, "bob")
    week = bob.get(f"/api/users/{bob.id}/analytics/?timeRange=week").json
    assert talk.seen()["engagement_score"] == week["engagement_score"] > 0


def test_what_another_estimator_has_learned_is_learned_again(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    talk.learn()
    before = learned()
    with transaction() as session:
        session.execute(update(ReplyModel).values(state={"version": 0}))
    assert queries.predict_reply(talk.team.bob.id) is None
    talk.learn()
    assert learned() == before


def test_erasing_somebody_forgets_their_habits(app: Flask, talk: Talk) -> None:
    talk.ask(*[60] * 6)
    talk.learn()
    bob = talk.team.bob.id
    assert (ReplyKind.CHAT, Source.PERSON, bob) in learned()
    erase(db.session.get_one(User, bob))
    db.session.rollback()
    assert (ReplyKind.CHAT, Source.PERSON, bob) not in learned()


def test_a_prediction_costs_a_few_statements_however_much_was_learned(talk: Talk) -> None:
    talk.ask(*[60] * 6)
    talk.learn()
    with noted() as few:
        queries.predict_reply(talk.team.bob.id)
    talk.ask(*[60] * 60)
    talk.learn()
    with noted() as many:
        queries.predict_reply(talk.team.bob.id)
    assert len(few) == len(many) <= 7
