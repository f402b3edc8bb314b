"""Reads of the queue and of what time or silence may have changed; they never commit."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, tuple_

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.extensions import db
from pulse.presence import queries as presence
from pulse.presence.rules import Status
from pulse.support.models import (
    Agent,
    Ticket,
)
from pulse.support.queries.agents import DESK_ROLES, skills_of, teams_of
from pulse.support.queries.tickets import tags
from pulse.support.rules import Candidate, TicketStatus, Waiting


def waiting(after: Waiting | None = None, limit: int | None = None) -> list[Waiting]:
    """The tickets without an agent in the order in which they get one, those behind `after`."""
    query = (
        select(Ticket)
        .where(Ticket.status == TicketStatus.WAITING)
        .order_by(Ticket.rank.desc(), Ticket.queued_at, Ticket.conversation_id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    if after:
        key = tuple_(-Ticket.rank, Ticket.queued_at, Ticket.conversation_id)
        query = query.where(key > (-after.rank, after.queued_at, after.id))
    found = db.session.scalars(query).all()
    tagged = tags([one.conversation_id for one in found])
    return [
        Waiting(
            id=one.conversation_id,
            rank=one.rank,
            queued_at=one.queued_at,
            tags=frozenset(tagged.get(one.conversation_id, ())),
            team_id=one.team_id,
            given_back_by=one.given_back_by_id,
            customer_id=one.customer_id,
        )
        for one in found
    ]


def candidates() -> tuple[list[Candidate], set[str]]:
    """The agents who are available, with room and online, and all skills that any agent has.

    Presence comes from Redis: not inside a transaction. Raises RedisError.
    """
    rows = db.session.execute(
        select(Agent)
        .join(User, User.id == Agent.user_id)
        .where(
            Agent.is_available,
            Agent.load < Agent.capacity,
            User.account_status == AccountStatus.ACTIVE,
            User.role.in_(DESK_ROLES),
        )
        .execution_options(populate_existing=True)
    )
    agents = {agent.user_id: agent for (agent,) in rows}
    skills = skills_of()
    teams = teams_of(agents)
    here = who_is_online(agents)
    found = [
        Candidate(
            user_id=user_id,
            load=agent.load,
            capacity=agent.capacity,
            skills=frozenset(skills.get(user_id, ())),
            teams=frozenset(teams.get(user_id, ())),
            last_assigned_at=agent.last_assigned_at,
        )
        for user_id, agent in agents.items()
        if user_id in here
    ]
    return found, {tag for tags_of in skills.values() for tag in tags_of}


def who_is_online(user_ids: Collection[int]) -> set[int]:
    """Those of the users who are online now. Raises RedisError."""
    views = presence.views(list(user_ids)) if user_ids else {}
    return {user_id for user_id, view in views.items() if view.verdict.status is Status.ONLINE}


def who_is_here(user_ids: Collection[int]) -> set[int]:
    """Those who are not offline. Raises RedisError."""
    views = presence.views(list(user_ids)) if user_ids else {}
    return {user_id for user_id, view in views.items() if view.verdict.status is not Status.OFFLINE}


def held_and_unanswered(limit: int) -> Sequence[Ticket]:
    """Active tickets whose customer waits for an answer, who has waited longest first."""
    query = (
        select(Ticket)
        .where(Ticket.status == TicketStatus.ACTIVE, Ticket.awaits_since.is_not(None))
        .order_by(Ticket.awaits_since)
        .limit(limit)
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def held_by_nobody() -> Sequence[Ticket]:
    """Active tickets whose assignee is no agent any more."""
    is_agent = select(User.id).where(
        User.id == Ticket.assignee_id,
        User.account_status == AccountStatus.ACTIVE,
        User.role.in_(DESK_ROLES),
    )
    query = select(Ticket).where(Ticket.status == TicketStatus.ACTIVE, ~is_agent.exists())
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def snoozes_over(now: datetime) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.snoozed_until <= now)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def targets_to_look_at(now: datetime, limit: int) -> Sequence[Ticket]:
    """Tickets of which a promised time, or its warning, may have come."""
    query = select(Ticket).where(Ticket.next_look_at <= now).order_by(Ticket.next_look_at).limit(limit)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def place_in_queue(one: Ticket) -> int | None:
    """1 for whoever is next; None for a ticket that does not wait. Other teams' tickets do not count."""
    if one.status != TicketStatus.WAITING:
        return None
    is_before = or_(
        Ticket.rank > one.rank,
        and_(
            Ticket.rank == one.rank,
            tuple_(Ticket.queued_at, Ticket.conversation_id) < (one.queued_at, one.conversation_id),
        ),
    )
    same_team = Ticket.team_id.is_not_distinct_from(one.team_id)
    before = select(func.count()).where(Ticket.status == TicketStatus.WAITING, is_before, same_team)
    return (db.session.scalar(before) or 0) + 1
