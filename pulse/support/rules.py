"""Pure decisions of the desk: who gets which ticket, who loses one, how long it may take."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

TAGS_AT_MOST = 20
CAPACITY_DEFAULT = 5
CAPACITY_MAX = 100
SAMPLES_AT_LEAST = 5  # below, nothing is predicted
SAMPLES_AT_MOST = 200  # the latest ones count
WARN_AT = 0.8  # of the time that a target allows
SILENT_VISITORS_ARE_KEPT = timedelta(days=30)


class TicketStatus(StrEnum):
    WAITING = "waiting"
    ACTIVE = "active"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """1 is low, 4 is urgent: how they are kept and ordered."""
        return RANKS[self]

    @classmethod
    def of(cls, rank: int) -> "Priority":
        return _BY_RANK[rank]


RANKS = {Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3, Priority.URGENT: 4}
_BY_RANK = {rank: priority for priority, rank in RANKS.items()}


class Target(StrEnum):
    """What a promise (SLA) is about."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"


# Minutes within business hours: (first response, resolution). Admins may set others.
TARGETS: dict[Priority, tuple[int, int]] = {
    Priority.URGENT: (15, 4 * 60),
    Priority.HIGH: (60, 8 * 60),
    Priority.MEDIUM: (4 * 60, 24 * 60),
    Priority.LOW: (8 * 60, 72 * 60),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket without an agent."""

    id: int
    rank: int  # of its priority
    queued_at: datetime
    tags: frozenset[str] = frozenset()
    team_id: int | None = None
    given_back_by: int | None = None  # who had it last and did not answer
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who is available and online."""

    user_id: int
    load: int
    capacity: int
    skills: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    last_assigned_at: datetime | None = None


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The order in which they get agents: highest priority first, and within one who has waited longest."""
    return sorted(waiting, key=lambda ticket: (-ticket.rank, ticket.queued_at, ticket.id))


def is_able(ticket: Waiting, agent: Candidate, skills: Collection[str]) -> bool:
    """Whether an agent can answer: not their own, of its team, with the skill for each tag that is one.

    `skills` are those that any agent has: a tag that is nobody's skill keeps no ticket waiting.
    """
    if agent.user_id == ticket.customer_id:
        return False
    if ticket.team_id is not None and ticket.team_id not in agent.teams:
        return False
    return ticket.tags.intersection(skills) <= agent.skills


def pick(ticket: Waiting, agents: Iterable[Candidate], skills: Collection[str]) -> Candidate | None:
    """The agent for a ticket: able, with room for it, least loaded; then who got none for the longest time.

    Whoever gave it back is taken only if nobody else is there.
    """
    able = [agent for agent in agents if agent.load < agent.capacity and is_able(ticket, agent, skills)]
    return min(
        able,
        key=lambda agent: (
            agent.user_id == ticket.given_back_by,
            agent.load,
            agent.last_assigned_at.timestamp() if agent.last_assigned_at else 0.0,
            agent.user_id,
        ),
        default=None,
    )


def plan(
    waiting: Iterable[Waiting], agents: Iterable[Candidate], skills: Collection[str], now: datetime
) -> list[tuple[int, int]]:
    """(ticket, agent) for every waiting ticket that one of the agents can take now, in order."""
    free = {agent.user_id: agent for agent in agents if agent.load < agent.capacity}
    given = []
    for ticket in in_order(waiting):
        if not free:
            break
        agent = pick(ticket, free.values(), skills)
        if agent is None:
            continue
        given.append((ticket.id, agent.user_id))
        after = replace(agent, load=agent.load + 1, last_assigned_at=now)
        if after.load < after.capacity:
            free[agent.user_id] = after
        else:
            del free[agent.user_id]
    return given


def is_overdue(
    *,
    awaits_since: datetime | None,
    assigned_at: datetime,
    has_answered: bool,
    is_agent_here: bool,
    answer_within: timedelta,
    now: datetime,
) -> bool:
    """Whether an assigned ticket goes back to the queue: the customer waits, and the agent is gone, or has
    not said a word within the time since it became theirs."""
    if awaits_since is None:
        return False
    if not is_agent_here:
        return True
    return not has_answered and now - max(assigned_at, awaits_since) >= answer_within


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long something took before, in seconds: median, the middle half and nine tenths of all."""

    median: float
    half: tuple[float, float]
    most: tuple[float, float]
    samples: int


def estimate(seconds: Sequence[float]) -> Estimate | None:
    """From how long it took before; None below a minimum of samples."""
    if len(seconds) < SAMPLES_AT_LEAST:
        return None
    ordered = sorted(seconds)
    return Estimate(
        median=quantile(ordered, 0.5),
        half=(quantile(ordered, 0.25), quantile(ordered, 0.75)),
        most=(quantile(ordered, 0.05), quantile(ordered, 0.95)),
        samples=len(ordered),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the sorted values lies, linear in between (Hyndman, Fan: type 7)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def expected_wait(place: int, agents: int, wait: Estimate | None) -> float | None:
    """Seconds until it is the turn of whoever stands at `place`, from how long tickets lately waited for
    their first answer; None without agents or evidence."""
    if wait is None or not agents:
        return None
    return ceil(place / agents) * wait.median
