"""What the past tells: response times, and how agents and the desk do; these never commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select

from pulse.core import clock
from pulse.extensions import db
from pulse.support import rules
from pulse.support.models import Reply, Ticket
from pulse.support.rules import Estimate, TicketStatus


def response_times(*, agent_id: int | None = None, team_id: int | None = None) -> Estimate | None:
    """How long customers lately waited for an answer of this agent, of this team, or of anybody."""
    query = select(Reply.seconds)
    if agent_id is not None:
        query = query.where(Reply.agent_id == agent_id)
    elif team_id is not None:
        query = query.where(Reply.team_id == team_id)
    latest_ones = query.order_by(Reply.answered_at.desc()).limit(rules.SAMPLES_AT_MOST)
    return rules.estimate(db.session.scalars(latest_ones).all())


def predicted_response(one: Ticket) -> Estimate | None:
    """What the customer can expect: of their agent, else of the team, else of the desk, as far as known."""
    found = response_times(agent_id=one.assignee_id) if one.assignee_id is not None else None
    if found is None and one.team_id is not None:
        found = response_times(team_id=one.team_id)
    return found or response_times()


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
    opened = db.session.scalar(select(func.count()).where(Ticket.created_at >= since, *mine)) or 0
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
        opened=opened,
        resolved=len(done),
        first_response=rules.estimate(
            [(row.first_response_at - row.created_at).total_seconds() for row in answered]
        ),
        resolution=rules.estimate([(row.resolved_at - row.created_at).total_seconds() for row in done]),
        rating=sum(ratings) / len(ratings) if ratings else None,
        ratings=len(ratings),
        breached=sum(any("breach" in told for told in row.targets_told) for row in rows),
    )
