"""What the past tells: response times, and how agents and the desk do; these never commit."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Select, func, or_, select

from pulse.core import clock
from pulse.core.estimates import Estimate
from pulse.extensions import db
from pulse.support import rules
from pulse.support.models import Reply, Ticket
from pulse.support.rules import TicketStatus


def waits(team_id: int | None) -> Estimate | None:
    """How long tickets of a team lately waited for their first answer."""
    query = (
        select(Ticket.created_at, Ticket.first_response_at)
        .where(Ticket.first_response_at.is_not(None), Ticket.team_id.is_not_distinct_from(team_id))
        .order_by(Ticket.created_at.desc())
        .limit(50)
    )
    pairs = db.session.execute(query).tuples().all()
    return rules.estimate([(answered - asked).total_seconds() for asked, answered in pairs if answered])


@dataclass(frozen=True)
class AgentFigures:
    """What an agent did within a time, and has to do now."""

    unanswered: int = 0
    resolved: int = 0
    rating: float | None = None
    ratings: int = 0
    response: Estimate | None = None


def agent_figures(since: datetime) -> dict[int, AgentFigures]:
    """The figures since a moment, by agent. Who is missing has done nothing yet."""
    by_agent = Ticket.assignee_id.is_not(None)
    unanswered = _by_first(
        select(Ticket.assignee_id, func.count(Ticket.awaits_since))
        .where(by_agent, Ticket.status == TicketStatus.ACTIVE)
        .group_by(Ticket.assignee_id)
    )
    ended = _by_first(
        select(Ticket.assignee_id, func.count(), func.avg(Ticket.rating), func.count(Ticket.rating))
        .where(by_agent, Ticket.resolved_at >= since)
        .group_by(Ticket.assignee_id)
    )
    replies = _latest_replies(since)
    figures = {}
    for user_id in {*unanswered, *ended, *replies}:
        resolved, rating, ratings = ended.get(user_id, (0, None, 0))
        figures[user_id] = AgentFigures(
            unanswered=unanswered.get(user_id, (0,))[0],
            resolved=resolved,
            rating=float(rating) if rating is not None else None,
            ratings=ratings,
            response=rules.estimate(replies.get(user_id, [])),
        )
    return figures


def _by_first(query: Select[*tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
    return {first: tuple(rest) for first, *rest in db.session.execute(query)}


def _latest_replies(since: datetime) -> dict[int, list[float]]:
    """Seconds of each agent's latest replies since a moment, as many as count."""
    place = func.row_number().over(partition_by=Reply.agent_id, order_by=Reply.answered_at.desc())
    own = (Reply.agent_id.is_not(None), Reply.answered_at >= since)
    ranked = select(Reply.agent_id, Reply.seconds, place.label("place")).where(*own).subquery()
    query = select(ranked.c.agent_id, ranked.c.seconds).where(ranked.c.place <= rules.SAMPLES_AT_MOST)
    found: dict[int, list[float]] = {}
    for agent_id, seconds in db.session.execute(query):
        found.setdefault(agent_id, []).append(seconds)
    return found


@dataclass(frozen=True)
class DeskDay:
    """What came and was done on a UTC day."""

    day: date
    opened: int
    resolved: int
    first_response: float | None  # seconds, the median


@dataclass(frozen=True)
class DeskFigures:
    """How the desk does: what waits now, and what was done since a moment."""

    waiting: int
    active: int
    longest_wait: timedelta | None
    opened: int
    resolved: int
    first_response: Estimate | None  # seconds
    resolution: Estimate | None
    rating: float | None
    ratings: int
    breached: int
    by_day: list[DeskDay]


def desk_figures(since: datetime, team_id: int | None = None) -> DeskFigures:
    """The figures of a team, or of the whole desk."""
    mine = [] if team_id is None else [Ticket.team_id == team_id]
    by_status = dict(
        db.session.execute(select(Ticket.status, func.count()).where(*mine).group_by(Ticket.status))
        .tuples()
        .all()
    )
    oldest = db.session.scalar(
        select(func.min(Ticket.queued_at)).where(Ticket.status == TicketStatus.WAITING, *mine)
    )
    opened = db.session.scalars(select(Ticket.created_at).where(Ticket.created_at >= since, *mine)).all()
    times = (Ticket.created_at, Ticket.first_response_at, Ticket.resolved_at)
    ended = or_(Ticket.resolved_at >= since, Ticket.first_response_at >= since)
    rows = db.session.execute(select(*times, Ticket.rating, Ticket.targets_told).where(ended, *mine)).all()
    done = [row for row in rows if row.resolved_at and row.resolved_at >= since]
    answered = [row for row in rows if row.first_response_at and row.first_response_at >= since]
    ratings = [row.rating for row in done if row.rating is not None]
    return DeskFigures(
        waiting=by_status.get(TicketStatus.WAITING, 0),
        active=by_status.get(TicketStatus.ACTIVE, 0),
        longest_wait=clock.now() - oldest if oldest else None,
        opened=len(opened),
        resolved=len(done),
        first_response=rules.estimate(
            [(row.first_response_at - row.created_at).total_seconds() for row in answered]
        ),
        resolution=rules.estimate([(row.resolved_at - row.created_at).total_seconds() for row in done]),
        rating=sum(ratings) / len(ratings) if ratings else None,
        ratings=len(ratings),
        breached=sum(any("breach" in told for told in row.targets_told) for row in rows),
        by_day=_by_day(
            since,
            opened=Counter(at.date() for at in opened),
            resolved=Counter(row.resolved_at.date() for row in done),
            waits=[
                (row.first_response_at.date(), row.first_response_at - row.created_at) for row in answered
            ],
        ),
    )


def _by_day(
    since: datetime, opened: Counter[date], resolved: Counter[date], waits: list[tuple[date, timedelta]]
) -> list[DeskDay]:
    seconds: defaultdict[date, list[float]] = defaultdict(list)
    for day, wait in waits:
        seconds[day].append(wait.total_seconds())
    first, last = since.date(), clock.now().date()
    return [
        DeskDay(day, opened[day], resolved[day], median(seconds[day]) if day in seconds else None)
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
    ]
