"""What the desk answers: tickets, agents and figures as one person may see them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import structlog

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.errors import REDIS_IS_AWAY, NotFound
from pulse.core.identity import Identity
from pulse.presence import queries as presence
from pulse.presence.rules import Status
from pulse.support import hours, policy, queries, rules
from pulse.support.hours import Hours
from pulse.support.models import Agent, Customer, Ticket
from pulse.support.queries import Row
from pulse.support.rules import TicketStatus
from pulse.support.schemas.agents import AgentFiguresOut, AgentOut, DeskFiguresOut
from pulse.support.schemas.fields import EstimateOut, PersonOut
from pulse.support.schemas.rooms import CustomerOut, DeskPartOut, QueueOut, RoomOut
from pulse.support.schemas.widgets import HoursOut

log = structlog.get_logger(__name__)


def statuses(user_ids: Collection[int]) -> dict[int, str]:
    """The presence of people at the desk; nothing while Redis is away: the desk goes on without."""
    if not user_ids:
        return {}
    try:
        views = presence.views(sorted(user_ids))
    except REDIS_IS_AWAY as error:
        log.warning("presence not at hand", error=str(error))
        return {}
    return {user_id: str(view.verdict.status) for user_id, view in views.items()}


def rooms(who: Identity, rows: Sequence[Row]) -> list[RoomOut]:
    """Tickets as the caller may see them: with what only the desk knows, for the desk."""
    ids = {user_id for row in rows for user_id in (row.ticket.customer_id, row.ticket.assignee_id)}
    users = queries.users(ids)
    here = statuses(users)
    team_hours = queries.hours_by_team({row.ticket.team_id for row in rows})
    tags = queries.tags([row.ticket.conversation_id for row in rows])
    customers = queries.customers([row.ticket.customer_id for row in rows]) if policy.is_desk(who) else {}
    return [
        _room(
            row,
            users,
            here,
            team_hours[row.ticket.team_id],
            tags.get(row.ticket.conversation_id, []),
            _desk_part(row.ticket, users, here, customers) if policy.is_desk(who) else None,
        )
        for row in rows
    ]


def _desk_part(
    ticket: Ticket, users: dict[int, User], here: dict[int, str], customers: dict[int, Customer]
) -> DeskPartOut:
    user, customer = users.get(ticket.customer_id or 0), customers.get(ticket.customer_id or 0)
    shown = (
        CustomerOut(
            **PersonOut.of(user, here.get(user.id)).model_dump(),
            email=(customer.email if customer else user.email) or "",
            is_vouched=customer is None or customer.external_id is not None,
            page_url=customer.page_url if customer else "",
            page_title=customer.page_title if customer else "",
        )
        if user
        else None
    )
    return DeskPartOut(customer=shown, **{name: getattr(ticket, name) for name in _DESK_FIELDS})


_DESK_FIELDS = tuple(name for name in DeskPartOut.model_fields if name != "customer")


def room(who: Identity, conversation_id: int) -> RoomOut:
    """One ticket, whose right to see was checked before. Raises NotFound."""
    row = queries.row(conversation_id, who.user_id)
    if row is None:
        raise NotFound("There is no such ticket.")
    return rooms(who, [row])[0]


def _room(
    row: Row,
    users: dict[int, User],
    here: dict[int, str],
    team_hours: Hours,
    tags: list[str],
    desk: DeskPartOut | None,
) -> RoomOut:
    ticket, member = row.ticket, row.member
    customer, agent = users.get(ticket.customer_id or 0), users.get(ticket.assignee_id or 0)
    now = clock.now()
    is_promised = desk is None and ticket.status in (TicketStatus.WAITING, TicketStatus.ACTIVE)
    return RoomOut(
        id=ticket.room,
        conversation_id=ticket.conversation_id,
        subject=ticket.subject,
        description=ticket.description,
        priority=ticket.priority,
        status=TicketStatus(ticket.status),
        tags=tags,
        user=PersonOut.of(customer, here.get(customer.id)) if customer else None,
        agent=PersonOut.of(agent, here.get(agent.id)) if agent else None,
        queue=_queue(ticket) if is_promised else None,
        predicted_response=EstimateOut.of(queries.predicted_response(ticket)) if is_promised else None,
        is_open=hours.is_open(team_hours, now),
        opens_at=hours.next_opening(team_hours, now),
        unread_count=row.conversation.last_seq - member.read_seq if member else 0,
        last_seq=row.conversation.last_seq,
        rating=ticket.rating,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        desk=desk,
    )


def _queue(ticket: Ticket) -> QueueOut | None:
    place = queries.place_in_queue(ticket)
    if place is None:
        return None
    wait = queries.waits(ticket.team_id)
    agents = len(present(ticket.team_id))
    return QueueOut(place=place, expected_wait_seconds=rules.expected_wait(place, agents, wait))


def present(team_id: int | None) -> set[int]:
    """The agents of a team (None: of the desk) who are available and online; none while Redis is away."""
    available = {user.id for _, user in queries.agents(is_available=True)}
    if team_id is not None:
        teams = queries.teams_of(available)
        available = {user_id for user_id in available if team_id in teams.get(user_id, ())}
    return {user_id for user_id, status in statuses(available).items() if status == Status.ONLINE}


def agents(rows: Sequence[tuple[Agent, User]]) -> list[AgentOut]:
    """Agents with their presence."""
    here = statuses({user.id for _, user in rows})
    skills, teams = queries.skills_of(), queries.teams_of([user.id for _, user in rows])
    return [
        AgentOut(
            **PersonOut.of(user, here.get(user.id)).model_dump(),
            is_available=agent.is_available,
            capacity=agent.capacity,
            load=agent.load,
            current_chats=agent.load,
            max_concurrent_chats=agent.capacity,
            skills=skills.get(user.id, []),
            team_ids=teams.get(user.id, []),
        )
        for agent, user in rows
    ]


def agent(user_id: int) -> AgentOut:
    """One agent. Raises NotFound."""
    found = [row for row in queries.agents() if row[1].id == user_id]
    if not found:
        raise NotFound("There is no such agent.")
    return agents(found)[0]


def figures(days: int, team_id: int | None) -> DeskFiguresOut:
    """How the desk, or a team, did within the last days."""
    since = clock.now() - timedelta(days=days)
    found, by_agent = queries.desk_figures(since, team_id), queries.agent_figures(since)
    people = []
    for one in agents(queries.agents()):
        if team_id is not None and team_id not in one.team_ids:
            continue
        own = by_agent.get(one.id, queries.AgentFigures())
        people.append(
            AgentFiguresOut(
                **one.model_dump(),
                unanswered=own.unanswered,
                resolved=own.resolved,
                rating=own.rating,
                ratings=own.ratings,
                response=EstimateOut.of(own.response),
            )
        )
    return DeskFiguresOut(
        waiting=found.waiting,
        active=found.active,
        longest_wait_seconds=found.longest_wait.total_seconds() if found.longest_wait else None,
        opened=found.opened,
        resolved=found.resolved,
        first_response=EstimateOut.of(found.first_response),
        resolution=EstimateOut.of(found.resolution),
        rating=found.rating,
        ratings=found.ratings,
        breached=found.breached,
        agents=people,
    )


def desk_hours(team_id: int | None) -> HoursOut:
    """Whether somebody will answer now."""
    team_hours, now = queries.hours_of(team_id), clock.now()
    response = queries.response_times(team_id=team_id) or queries.response_times()
    return HoursOut(
        is_open=hours.is_open(team_hours, now),
        opens_at=hours.next_opening(team_hours, now),
        is_somebody_here=bool(present(team_id)),
        predicted_response=EstimateOut.of(response),
    )
