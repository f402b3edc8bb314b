"""Who answers a ticket: given by the router or by people, taken over, handed on, given back."""

from pulse.conversations import service as conversations
from pulse.core.errors import Conflict, InvalidInput
from pulse.core.events import transaction
from pulse.core.identity import Identity
from pulse.support import policy, queries
from pulse.support.models import Ticket
from pulse.support.rules import TicketStatus
from pulse.support.service.agents import enlist
from pulse.support.service.holding import hold, hold_agents, into_queue, note, seat, take_seat


def give(conversation_id: int, agent_id: int) -> bool:
    """Give a waiting ticket to an agent with room: both or neither; False if it was given meanwhile, or the
    agent has no room any more."""
    with transaction():
        ticket = hold(conversation_id)
        if ticket.status != TicketStatus.WAITING or not take_seat(agent_id, only_if_free=True):
            return False
        seat(ticket, agent_id)
        note(ticket, agent_id, "assigned", after=agent_id, line="joined the conversation")
    return True


def assign(who: Identity, room: str, agent_id: int) -> None:
    """Make a ticket an agent's, whatever their load: people know why.

    Agents take over themselves, and hand on what is theirs; admins give anything to anybody. Raises NotFound,
    Forbidden, InvalidInput (unknown_agent, own_ticket), Conflict (ticket_closed).
    """
    found = policy.check_works(who, room)
    policy.check_assigns(who, found, agent_id)
    with transaction():
        ticket = hold(found.conversation_id)
        check_open(ticket)
        if ticket.assignee_id == agent_id and ticket.status == TicketStatus.ACTIVE:
            return
        if agent_id == ticket.customer_id:
            raise InvalidInput(
                "Nobody answers what they asked themselves.",
                code="own_ticket",
                errors={"agent_id": ["asked this"]},
            )
        before = ticket.assignee_id
        if not enlist(agent_id):
            raise InvalidInput(
                "There is no such agent.", code="unknown_agent", errors={"agent_id": ["is not an agent"]}
            )
        hold_agents([before, agent_id])
        take_seat(agent_id, only_if_free=False)
        seat(ticket, agent_id)
        name = queries.name_of(agent_id)
        line = "took over" if agent_id == who.user_id else f"asked {name} to answer"
        note(ticket, who.user_id, "assigned", before, agent_id, line)


def hand_to_team(who: Identity, room: str, team_id: int | None) -> None:
    """Put a ticket into the queue of another team (None: of everybody). Raises as `assign`."""
    found = policy.check_works(who, room)
    policy.check_assigns(who, found, None)
    with transaction():
        ticket = hold(found.conversation_id)
        check_open(ticket)
        team = policy.check_team(team_id)
        before, ticket.team_id = ticket.team_id, team_id
        into_queue(ticket, given_back_by=ticket.assignee_id)
        line = f"passed this on to {team.name}" if team else "passed this on"
        note(ticket, who.user_id, "team", before, team_id, line)


def give_back(conversation_id: int, agent_id: int, reason: str) -> bool:
    """Take a ticket from an agent who is gone or silent, back to its old place in the queue.

    False if it is not theirs any more, or was answered meanwhile. Reasons: offline, no_answer, no_agent.
    """
    with transaction():
        ticket = hold(conversation_id)
        is_answered = ticket.awaits_since is None and reason != "no_agent"
        if ticket.status != TicketStatus.ACTIVE or ticket.assignee_id != agent_id or is_answered:
            return False
        into_queue(ticket, given_back_by=agent_id)
        note(ticket, agent_id, "given_back", agent_id, reason, "had to leave; the next free agent answers")
    return True


def retire(user_id: int) -> None:
    """Take whoever answers customers no longer out of their conversations, inside a transaction."""
    for ticket in queries.joined(user_id):
        held = hold(ticket.conversation_id)
        if held.status == TicketStatus.ACTIVE and held.assignee_id == user_id:
            into_queue(held, given_back_by=user_id)
            note(
                held, user_id, "given_back", user_id, "no_agent", "had to leave; the next free agent answers"
            )
        else:
            conversations.take_out(held.conversation_id, user_id, None)


def check_open(ticket: Ticket) -> None:
    """Raise Conflict (ticket_closed) if a ticket is closed."""
    if ticket.status == TicketStatus.CLOSED:
        raise Conflict("This ticket is closed. Reopen it first.", code="ticket_closed")
