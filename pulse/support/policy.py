"""Who may do what at the desk. A ticket that one may not see does not exist."""

from pulse.core.errors import Forbidden, InvalidInput, NotFound
from pulse.core.identity import Identity
from pulse.core.permissions import Permission
from pulse.support import queries
from pulse.support.models import Team, Ticket


def is_desk(who: Identity) -> bool:
    """Whether they answer customers."""
    return who.may(Permission.DESK_WORK)


def check_sees(who: Identity, room: str) -> Ticket:
    """A ticket that the caller may see: their own as a customer, any at the desk. Raises NotFound."""
    ticket = queries.by_room(room)
    if ticket is None or not (is_desk(who) or ticket.customer_id == who.user_id):
        raise NotFound("There is no such ticket.")
    return ticket


def check_works(who: Identity, room: str) -> Ticket:
    """A ticket, for the desk only. Raises NotFound, Forbidden (for its own customer)."""
    ticket = check_sees(who, room)
    if not is_desk(who):
        raise Forbidden("Only agents do this.")
    return ticket


def check_is_customer(who: Identity, room: str) -> Ticket:
    """One's own ticket as a customer. Raises NotFound, Forbidden."""
    ticket = check_sees(who, room)
    if ticket.customer_id != who.user_id:
        raise Forbidden("Only the customer does this.")
    return ticket


def check_assigns(who: Identity, ticket: Ticket, agent_id: int | None) -> None:
    """Admins give any ticket to anybody; agents take any, and hand on what is theirs. Raises Forbidden."""
    if not (who.may(Permission.DESK_MANAGE) or who.user_id in (agent_id, ticket.assignee_id)):
        raise Forbidden("Take it over first, or ask an admin.")


def check_team(team_id: int | None, field: str = "team_id") -> Team | None:
    """The team of this number; None for none. Raises InvalidInput (unknown_team), at a field."""
    team = queries.team(team_id) if team_id is not None else None
    if team_id is not None and team is None:
        raise InvalidInput("There is no such team.", code="unknown_team", errors={field: ["is not a team"]})
    return team
