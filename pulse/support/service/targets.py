"""Promised times (SLA): when they are due, and telling before and after they are missed."""

from datetime import datetime, timedelta

from pulse.core import clock
from pulse.core.database import insert
from pulse.core.events import publish, transaction
from pulse.support import hours, queries
from pulse.support.events import TargetMissed
from pulse.support.models import TargetTimes, Ticket
from pulse.support.rules import WARN_AT, Priority, Target, TicketStatus
from pulse.support.service.holding import hold, note

AT_ONCE = 200


def set_due(ticket: Ticket) -> None:
    """Set when the first response and the resolution are due, from when the ticket was opened."""
    response, resolution = queries.target_minutes(ticket.priority)
    open_hours = queries.hours_of(ticket.team_id)
    ticket.response_due_at = hours.add(open_hours, ticket.created_at, timedelta(minutes=response))
    ticket.resolution_due_at = hours.add(open_hours, ticket.created_at, timedelta(minutes=resolution))
    ticket.targets_told = []
    ticket.next_look_at = ticket.created_at


def watch_targets() -> int:
    """Tell of targets that are missed or soon will be; returns how many tickets were looked at."""
    now = clock.now()
    due = queries.targets_to_look_at(now, AT_ONCE)
    for conversation_id in [ticket.conversation_id for ticket in due]:
        with transaction():
            _look(hold(conversation_id), now)
    return len(due)


def _look(ticket: Ticket, now: datetime) -> None:
    told = list(ticket.targets_told)
    moments = _moments(ticket)
    for moment, target, is_warning in moments:
        name = f"{target}:{'warning' if is_warning else 'breach'}"
        if moment <= now and name not in told:
            told.append(name)
            is_over = (moment_of_breach := _due(ticket, target)) is not None and moment_of_breach <= now
            if not (is_warning and is_over):
                publish(TargetMissed(ticket.conversation_id, target, is_warning))
                note(ticket, None, "target", after=name)
    ticket.targets_told = told
    ticket.next_look_at = min((moment for moment, *_ in moments if moment > now), default=None)


def _moments(ticket: Ticket) -> list[tuple[datetime, Target, bool]]:
    """What is still to be kept: the moments of warning and of breach."""
    if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
        return []
    open_hours = queries.hours_of(ticket.team_id)
    found = []
    for target in Target:
        due = _due(ticket, target)
        if due is None or (target is Target.FIRST_RESPONSE and ticket.first_response_at is not None):
            continue
        whole = hours.passed(open_hours, ticket.created_at, due)
        found.append((hours.add(open_hours, ticket.created_at, whole * WARN_AT), target, True))
        found.append((due, target, False))
    return found


def _due(ticket: Ticket, target: Target) -> datetime | None:
    return ticket.response_due_at if target is Target.FIRST_RESPONSE else ticket.resolution_due_at


def set_target_times(priority: Priority, first_response: int, resolution: int) -> None:
    """Promise other times (minutes of business time) for tickets that come from now on."""
    with transaction() as session:
        values = {"first_response": first_response, "resolution": resolution}
        session.execute(
            insert(session, TargetTimes)
            .values(priority=priority, **values)
            .on_conflict_do_update(index_elements=["priority"], set_=values)
        )
