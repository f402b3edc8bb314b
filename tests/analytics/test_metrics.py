"""What goes on in a workspace, as far as one sees it."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulse.core.permissions import Role
from tests.conftest import Person
from tests.conversations.conftest import Team, say, sign_in, team

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
__all__ = ["team"]

PER_DAY, ACTIVE = "/api/metrics/messages-per-day", "/api/metrics/active-users"


@pytest.fixture
def early(travel: Any) -> Any:
    """It is two days before Monday; move on with it."""
    travel.move_to(MONDAY - timedelta(days=2), tick=False)
    return travel


def on_monday(team: Team, early: Any, name: str) -> Person:
    """Somebody, signed in on Monday."""
    early.move_to(MONDAY, tick=False)
    return sign_in(team.app, name)


def counts(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.json
    return [one["count"] for one in answer.json["data"]]


def test_messages_per_day_with_days_that_have_none(early: Any, team: Team) -> None:
    channel = team.channel()
    for _ in range(3):
        say(team.ann, channel)
    ann = on_monday(team, early, "ann")
    team.ann = ann
    say(team.ann, channel)
    early.shift(1)
    answer = ann.post(PER_DAY, {"workspace_id": team.id})
    assert counts(answer) == [*[0] * 11, 3, 0, 1]
    days = [one["day"] for one in answer.json["data"]]
    assert (days[0], days[-1]) == ("2026-11-10", "2026-11-23")
    assert counts(ann.get(f"{PER_DAY}/?workspace_id={team.id}&days=2")) == [0, 1]
    table = ann.get(f"{PER_DAY}/csv/?workspace_id={team.id}&days=3")
    assert list(csv.reader(io.StringIO(table.text))) == [
        ["day", "count"],
        ["2026-11-21", "3"],
        ["2026-11-22", "0"],
        ["2026-11-23", "1"],
    ]


def test_one_counts_what_one_sees(early: Any, team: Team) -> None:
    """ann is in all channels, bob sees the public one, a guest what they were added to."""
    say(team.ann, team.channel())
    say(team.ann, team.channel("secret", is_private=True))
    query = f"{PER_DAY}/?workspace_id={team.id}&days=3"
    found = {name: sum(counts(on_monday(team, early, name).get(query))) for name in ("ann", "bob", "gus")}
    assert found == {"ann": 2, "bob": 1, "gus": 0}


def test_whose_workspace_it_is(early: Any, team: Team, person: Callable[..., Person]) -> None:
    say(team.ann, team.channel())
    eve, root = on_monday(team, early, "eve"), person("root", Role.ADMIN)
    for path in (PER_DAY, f"{PER_DAY}/csv", ACTIVE):
        assert eve.get(f"{path}/?workspace_id={team.id}").status_code == 404
        assert eve.get(f"{path}/?workspace_id={10**9}").status_code == 404
        assert eve.get(f"{path}/").status_code == 403
        assert root.get(f"{path}/").status_code == 200
    assert sum(counts(root.get(f"{PER_DAY}/"))) == 1
    assert eve.post(PER_DAY, {"workspace_id": team.id}).status_code == 404
    for wrong in ({"workspace_id": 0}, {"days": 0}, {"days": 367}, {"workspace_id": "x"}):
        assert root.post(PER_DAY, wrong).status_code == 422


def test_active_users_are_those_whom_one_sees(early: Any, team: Team, person: Callable[..., Person]) -> None:
    for name in ("ann", "bob", "gus"):
        on_monday(team, early, name)
    on_monday(team, early, "gus").put("/api/profile/", {"visibility": "nobody"})
    ann = on_monday(team, early, "ann")
    assert ann.post(ACTIVE, {"workspace_id": team.id, "minutes": 15}).json == {"active_count": 2}
    early.shift(20 * 60)
    ann, root = sign_in(team.app, "ann"), person("root", Role.ADMIN)
    assert ann.get(f"{ACTIVE}/?workspace_id={team.id}").json == {"active_count": 1}
    assert ann.get(f"{ACTIVE}/?workspace_id={team.id}&minutes=30").json == {"active_count": 2}
    assert root.get(f"{ACTIVE}/?minutes=1").status_code == 200
    assert root.post(ACTIVE, {"minutes": 0}).status_code == 422
