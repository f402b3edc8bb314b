"""Who gets which ticket, and who loses one: pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.support import rules
from pulse.support.rules import Candidate, Waiting

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def ticket(number: int, rank: int = 2, minutes: float = 0, **more: object) -> Waiting:
    return Waiting(number, rank, NOON + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def agent(number: int, load: int = 0, capacity: int = 2, **more: object) -> Candidate:
    return Candidate(number, load, capacity, **more)  # type: ignore[arg-type]


def test_urgent_ones_come_first_and_of_equals_who_has_waited_longest() -> None:
    found = rules.in_order([ticket(1, 2, 5), ticket(2, 4, 9), ticket(3, 2, 1), ticket(4, 2, 1)])
    assert [one.id for one in found] == [2, 3, 4, 1]


def test_the_least_loaded_gets_it_then_who_got_none_for_longest() -> None:
    agents = [
        agent(1, load=1),
        agent(2, last_assigned_at=NOON),
        agent(3, last_assigned_at=NOON - timedelta(hours=1)),
    ]
    picked = rules.pick(ticket(1), agents, set())
    assert picked is not None
    assert picked.user_id == 3


@pytest.mark.parametrize(
    ("one", "who", "is_able"),
    [
        (ticket(1, tags=frozenset({"billing"})), agent(1), False),
        (ticket(1, tags=frozenset({"billing"})), agent(1, skills=frozenset({"billing", "x"})), True),
        (ticket(1, tags=frozenset({"nobody-knows"})), agent(1), True),
        (ticket(1, tags=frozenset({"billing", "french"})), agent(1, skills=frozenset({"billing"})), False),
        (ticket(1, team_id=7), agent(1), False),
        (ticket(1, team_id=7), agent(1, teams=frozenset({7})), True),
        (ticket(1), agent(1, teams=frozenset({7})), True),
    ],
)
def test_who_is_able(one: Waiting, who: Candidate, is_able: bool) -> None:
    assert rules.is_able(one, who, {"billing", "french"}) is is_able


def test_who_gave_it_back_gets_it_again_only_if_nobody_else_is_there() -> None:
    back = ticket(1, given_back_by=1)
    assert rules.plan([back], [agent(1), agent(2, load=1)], set(), NOON) == [(1, 2)]
    assert rules.plan([back], [agent(1)], set(), NOON) == [(1, 1)]


def test_a_ticket_for_which_nobody_is_able_holds_up_nobody() -> None:
    first = ticket(1, rank=4, tags=frozenset({"french"}))
    assert rules.plan([first, ticket(2)], [agent(1)], {"french"}, NOON) == [(2, 1)]


def test_nobody_gets_more_than_there_is_room_for() -> None:
    given_away = rules.plan([ticket(n) for n in range(9)], [agent(1, 1, 3), agent(2, 0, 2)], set(), NOON)
    assert [number for number, _ in given_away] == [0, 1, 2, 3]
    assert sorted(who for _, who in given_away) == [1, 1, 2, 2]
    assert rules.plan([ticket(1)], [agent(1, capacity=0)], set(), NOON) == []


TAGS = st.frozensets(st.sampled_from(["a", "b", "c"]), max_size=2)
TICKETS = st.lists(
    st.builds(
        Waiting,
        id=st.integers(1, 10**6),
        rank=st.integers(1, 4),
        queued_at=st.integers(0, 50).map(lambda minute: NOON + timedelta(minutes=minute)),
        tags=TAGS,
        team_id=st.sampled_from([None, None, 1, 2]),
        given_back_by=st.sampled_from([None, 1, 2]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)
AGENTS = st.lists(
    st.builds(
        Candidate,
        user_id=st.integers(1, 6),
        load=st.integers(0, 3),
        capacity=st.integers(0, 3),
        skills=TAGS,
        teams=st.frozensets(st.sampled_from([1, 2]), max_size=2),
    ),
    max_size=5,
    unique_by=lambda one: one.user_id,
)


@given(TICKETS, AGENTS)
def test_whatever_waits_and_whoever_is_free(tickets: list[Waiting], agents: list[Candidate]) -> None:
    """Nobody over capacity, nobody unable, none twice; what still waits has no able agent free; and no ticket
    passes an earlier one of its priority that its agent could have taken."""
    skills = {tag for one in agents for tag in one.skills}
    plan = rules.plan(tickets, agents, skills, NOON)
    by_id, people = {one.id: one for one in tickets}, {one.user_id: one for one in agents}
    assert len({number for number, _ in plan}) == len(plan)
    loads = {one.user_id: one.load for one in agents}
    for number, who in plan:
        loads[who] += 1
        assert rules.is_able(by_id[number], people[who], skills)
        assert loads[who] <= people[who].capacity
    given_away = dict(plan)
    free = [replace(one, load=loads[one.user_id]) for one in agents if loads[one.user_id] < one.capacity]
    for one in rules.in_order(tickets):
        if one.id in given_away:
            continue
        assert rules.pick(one, free, skills) is None
        later = [number for number, who in plan if rules.is_able(one, people[who], skills)]
        assert all(
            (-by_id[number].rank, by_id[number].queued_at, number) < (-one.rank, one.queued_at, one.id)
            for number in later
        )


@pytest.mark.parametrize(
    ("awaits", "has_answered", "is_here", "now", "is_overdue"),
    [
        (None, False, False, 999, False),  # nobody waits
        (0, True, False, 1, True),  # gone while the customer waits
        (0, False, True, 179, False),
        (0, False, True, 180, True),  # silent for too long
        (0, True, True, 999, False),  # at work with it
        (100, False, True, 270, False),  # the customer asked later
        (100, False, True, 280, True),
    ],
)
def test_who_loses_a_ticket(
    awaits: int | None, has_answered: bool, is_here: bool, now: int, is_overdue: bool
) -> None:
    found = rules.is_overdue(
        awaits_since=None if awaits is None else NOON + timedelta(seconds=awaits),
        assigned_at=NOON,
        has_answered=has_answered,
        is_agent_here=is_here,
        answer_within=timedelta(seconds=180),
        now=NOON + timedelta(seconds=now),
    )
    assert found is is_overdue


def test_estimates_need_evidence() -> None:
    assert rules.estimate([10.0] * 4) is None
    found = rules.estimate([50.0, 10.0, 20.0, 40.0, 30.0])
    assert found is not None
    assert (found.median, found.half, found.samples) == (30.0, (20.0, 40.0), 5)
    assert found.most == (12.0, 48.0)


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=50))
def test_ranges_lie_within_each_other(seconds: list[float]) -> None:
    found = rules.estimate(seconds)
    assert found is not None
    assert min(seconds) <= found.most[0] <= found.half[0] <= found.median
    assert found.median <= found.half[1] <= found.most[1] <= max(seconds)


def test_the_expected_wait_counts_rounds() -> None:
    wait = rules.estimate([60.0] * 5)
    assert [rules.expected_wait(place, 2, wait) for place in (1, 2, 3)] == [60, 60, 120]
    assert rules.expected_wait(1, 0, wait) is None
    assert rules.expected_wait(1, 2, None) is None
