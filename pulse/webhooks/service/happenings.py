"""THE table of what is told: an event of Pulse -> its names, whose endpoints may know, what it says.

All of it is asked inside the transaction in which it happens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, false, select

from pulse.accounts import events as account
from pulse.accounts.models import User
from pulse.conversations import events as chat
from pulse.conversations.models import Conversation
from pulse.conversations.queries import messages
from pulse.extensions import db
from pulse.presence.events import StatusChanged
from pulse.support import events as support
from pulse.support import queries as tickets
from pulse.support.rules import Target, TicketStatus
from pulse.webhooks.models import Endpoint
from pulse.webhooks.policy import About
from pulse.webhooks.service import payloads
from pulse.workspaces import events as workspace
from pulse.workspaces.models import Membership


@dataclass(frozen=True)
class Happening:
    """What is told. `user_id`: whose words or data it holds; `once` names what is told only once, ever."""

    type: str
    data: dict[str, Any]
    user_id: int | None = None
    workspace_id: int | None = None
    about: About = field(default_factory=About)
    once: str = ""


@dataclass(frozen=True)
class Source:
    """How one kind of event is told. `names` are those that it may have, none if it is not told at all;
    `workspaces` is a condition on whose endpoints may know, beside those of the server."""

    names: Callable[[Any], Sequence[str]]
    workspaces: Callable[[Any], ColumnElement[bool]]
    tell: Callable[[Any], Happening | None]


def _only_server(event: object) -> ColumnElement[bool]:
    return false()


def _same_workspace(event: Any) -> ColumnElement[bool]:
    return Endpoint.workspace_id == event.workspace_id


def _workspaces_of_user(event: Any) -> ColumnElement[bool]:
    own = select(Membership.workspace_id).where(Membership.user_id == event.user_id)
    return Endpoint.workspace_id.in_(own)


def _workspace_of_conversation(event: Any) -> ColumnElement[bool]:
    place = select(Conversation.workspace_id).where(Conversation.id == event.conversation_id)
    return Endpoint.workspace_id == place.scalar_subquery()


def _presence(event: StatusChanged) -> Happening | None:
    user = db.session.get(User, event.user_id)
    if user is None:
        return None
    data = {
        "user_id": user.id,
        "username": user.username,
        "status": event.status,
        "previous": event.previous,
        "device_type": event.device_type,
        "at": event.at,
        "epoch": event.epoch,
        "version": event.version,
    }
    about = About(user.id, user.visibility, user.account_status)
    return Happening("presence.changed", data, user.id, about=about)


def _registered(event: account.UserRegistered) -> Happening | None:
    user = db.session.get(User, event.user_id)
    if user is None:
        return None
    once = f"user.created {user.id} {user.created_at.timestamp()}"
    return Happening("user.created", payloads.user(user), user.id, once=once)


def _profile(event: account.ProfileChanged) -> Happening | None:
    user = db.session.get(User, event.user_id)
    return Happening("user.updated", payloads.user(user), user.id) if user else None


def _account_status(event: account.AccountStatusChanged) -> Happening | None:
    user = db.session.get(User, event.user_id)
    if user is None:
        return None
    return Happening("user.status_changed", payloads.user(user) | {"previous": event.previous}, user.id)


def _member(name: str) -> Callable[[Any], Happening | None]:
    def tell(event: workspace.MemberJoined | workspace.MemberLeft) -> Happening:
        data = payloads.member(event.workspace_id, db.session.get(User, event.user_id), event.user_id)
        return Happening(name, data, event.user_id, event.workspace_id)

    return tell


def _conversation(event: chat.ConversationCreated) -> Happening | None:
    place = db.session.get(Conversation, event.conversation_id)
    if place is None:
        return None
    data = payloads.conversation(place)
    return Happening("conversation.created", data, place.created_by_id, place.workspace_id, _around(place))


def _message(name: str) -> Callable[[Any], Happening | None]:
    def tell(event: chat.MessageChange) -> Happening | None:
        one = messages.message(event.message_id)
        place = db.session.get(Conversation, event.conversation_id)
        if one is None or place is None:
            return None
        if one.deleted_at is not None:
            data, whose = payloads.deleted(one, place), None
        else:
            data, whose = payloads.message(one, place), one.sender_id
        return Happening(name, data, whose, place.workspace_id, _around(place))

    return tell


def _around(place: Conversation) -> About:
    return About(conversation_id=place.id, kind=place.kind, is_private=place.is_private)


_BY_STATUS = {TicketStatus.RESOLVED: "ticket.resolved", TicketStatus.CLOSED: "ticket.closed"}
_BY_CHANGE = {
    "opened": ["ticket.opened"],
    "rating": ["ticket.rated"],
    "status": [*_BY_STATUS.values(), "ticket.reopened"],
    support.MESSAGE: [],  # told as such
    "target": [],  # likewise
    "customer": [],  # which page they are on
}


def _ticket_names(event: support.TicketChanged) -> Sequence[str]:
    return _BY_CHANGE.get(event.changes[0], ["ticket.changed"])


def _ticket(event: support.TicketChanged) -> Happening | None:
    ticket = tickets.ticket(event.conversation_id)
    if ticket is None:
        return None
    names = _ticket_names(event)
    name = names[0] if len(names) == 1 else _BY_STATUS.get(TicketStatus(ticket.status), "ticket.reopened")
    data = payloads.ticket(ticket) | {"changes": event.changes, "actor_id": event.actor_id}
    return Happening(name, data, ticket.customer_id)


def _target(event: support.TargetMissed) -> Happening | None:
    ticket = tickets.ticket(event.conversation_id)
    if ticket is None:
        return None
    is_first = event.target == Target.FIRST_RESPONSE
    shown = payloads.ticket(ticket)
    data = {
        **{name: shown[name] for name in ("id", "conversation_id", "status", "priority", "assignee_id")},
        "target": str(event.target),
        "is_warning": event.is_warning,
        "due_at": shown["response_due_at" if is_first else "resolution_due_at"],
    }
    return Happening("target.missed", data, ticket.customer_id)


def _always(name: str) -> Callable[[Any], Sequence[str]]:
    return lambda event: (name,)


SOURCES: dict[type, Source] = {
    StatusChanged: Source(_always("presence.changed"), _workspaces_of_user, _presence),
    account.UserRegistered: Source(_always("user.created"), _only_server, _registered),
    account.ProfileChanged: Source(_always("user.updated"), _only_server, _profile),
    account.AccountStatusChanged: Source(_always("user.status_changed"), _only_server, _account_status),
    workspace.MemberJoined: Source(_always("member.joined"), _same_workspace, _member("member.joined")),
    workspace.MemberLeft: Source(_always("member.left"), _same_workspace, _member("member.left")),
    chat.ConversationCreated: Source(
        _always("conversation.created"), _workspace_of_conversation, _conversation
    ),
    chat.MessageSent: Source(_always("message.sent"), _workspace_of_conversation, _message("message.sent")),
    chat.MessageEdited: Source(
        _always("message.edited"), _workspace_of_conversation, _message("message.edited")
    ),
    chat.MessageDeleted: Source(
        _always("message.deleted"), _workspace_of_conversation, _message("message.deleted")
    ),
    support.TicketChanged: Source(_ticket_names, _only_server, _ticket),
    support.TargetMissed: Source(_always("target.missed"), _only_server, _target),
}
