"""Telling the desk and the customers how things stand now, on every process."""

from collections.abc import Iterable
from typing import Any

from pulse.conversations.reactions import NAMESPACE as CHAT
from pulse.conversations.reactions import room as chat_room
from pulse.core import realtime
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.support import answers, live, queries
from pulse.support.rules import in_order
from pulse.support.schemas import events as e
from pulse.support.schemas.fields import PersonOut

NAMESPACE = "/support"
DESK = "desk"  # the room of all who watch it
THE_DESK = Identity(0, 0, Role.AGENT)  # as whom tickets are shown to all of the desk at once
PLACES_AT_ONCE = 200


def ticket(conversation_id: int) -> None:
    """Tell the desk what a ticket is like now."""
    row = queries.row(conversation_id, 0)
    if row is not None:
        (shown,) = answers.rooms(THE_DESK, [row])
        desk("ticket_updated", {"ticket": shown.model_dump(mode="json")})


def customer(conversation_id: int) -> None:
    """Tell a customer, and whoever else has the conversation open, what their ticket is like now."""
    row = queries.row(conversation_id, 0)
    if row is not None and row.ticket.customer_id is not None:
        whose = Identity(row.ticket.customer_id, 0, Role.VISITOR)
        (shown,) = answers.rooms(whose, [row])
        body = {"ticket": shown.model_dump(mode="json")}
        realtime.emit("ticket_updated", body, namespace=CHAT, rooms=[chat_room(conversation_id)])


def places() -> None:
    """Tell waiting customers who stand somewhere else in the queue than they were told last, or have another
    number of agents to wait for."""
    found: dict[int, str] = {}
    counts: dict[int | None, int] = {}
    present: dict[int | None, int] = {}
    for ticket in in_order(queries.waiting()):
        team = ticket.team_id
        if team not in present:
            present[team] = len(answers.present(team))
        counts[team] = counts.get(team, 0) + 1
        found[ticket.id] = f"{counts[team]} of {present[team]}"
    for conversation_id in live.moved(found, PLACES_AT_ONCE):
        customer(conversation_id)


def agents(user_ids: Iterable[int]) -> None:
    """Tell the desk what agents are like now."""
    wanted = set(user_ids)
    rows = [row for row in queries.agents() if row[1].id in wanted]
    for shown in answers.agents(rows):
        desk("agent_updated", {"agent": shown.model_dump(mode="json")})


def viewers(conversation_id: int) -> None:
    """Tell the desk who of it has a ticket on the screen."""
    looking = queries.users(live.SCREENS.looking(conversation_id)).values()
    told = e.ViewersEvent(
        conversation_id=conversation_id,
        viewers=[PersonOut.of(user) for user in looking if user.role in queries.DESK_ROLES],
    )
    desk("viewers", told.model_dump(mode="json"))


def desk(event: str, body: dict[str, Any]) -> None:
    """Tell all who watch the desk."""
    realtime.emit(event, body, namespace=NAMESPACE, rooms=[DESK])
