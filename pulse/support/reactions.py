"""What the desk does when something happened: tell the desk and the customer, call the router, mail."""

from pulse.accounts import mails
from pulse.accounts.events import AccountStatusChanged, RoleChanged, UserRegistered
from pulse.accounts.models import User
from pulse.conversations.events import MessageSent
from pulse.conversations.queries import messages
from pulse.core import jobs
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.events import StatusChanged
from pulse.support import live, queries, service, telling
from pulse.support.events import (
    MESSAGE,
    AgentChanged,
    NoteAdded,
    QueueMoved,
    TargetMissed,
    TicketChanged,
    TranscriptAsked,
)
from pulse.support.models import TicketNote
from pulse.support.schemas import events as e
from pulse.support.schemas.fields import PersonOut
from pulse.support.schemas.rooms import TicketNoteOut

TRANSCRIPT_AT_MOST = 5000  # messages


def note_message(event: MessageSent) -> None:
    service.note_message(event)


def make_agent(event: UserRegistered) -> None:
    """Whoever begins as an agent answers customers."""
    user = db.session.get_one(User, event.user_id)
    if user.role == Role.AGENT:
        service.enlist(user.id, is_available=True)


def keep_agent(event: RoleChanged) -> None:
    """Whoever becomes an agent answers customers from now on; whoever is none any more sees none of them."""
    user = db.session.get_one(User, event.user_id)
    if user.role == Role.AGENT:
        service.enlist(user.id, is_available=True)
    elif user.role not in queries.DESK_ROLES:
        service.retire(user.id)


def tell(event: TicketChanged) -> None:
    """Tell the desk, and the customer unless all that is new is a message, which they hear anyway."""
    telling.ticket(event.conversation_id)
    if event.changes != [MESSAGE]:
        telling.customer(event.conversation_id)


def tell_note(event: NoteAdded) -> None:
    note = db.session.get(TicketNote, event.note_id)
    if note is None:
        return
    author = queries.users([note.author_id]).get(note.author_id or 0)
    shown = TicketNoteOut(
        id=note.id,
        author=PersonOut.of(author) if author else None,
        body=note.body,
        created_at=note.created_at,
    )
    told = e.NoteEvent(conversation_id=event.conversation_id, note=shown)
    telling.desk("note_added", told.model_dump(mode="json"))


def tell_agent(event: AgentChanged) -> None:
    telling.agents([event.user_id])


def tell_target(event: TargetMissed) -> None:
    told = e.TargetEvent(
        conversation_id=event.conversation_id, target=event.target, is_warning=event.is_warning
    )
    telling.desk("target_missed", told.model_dump(mode="json"))


def call_router(event: QueueMoved) -> None:
    """Have a worker look who can be helped; many calls before it begins are one."""
    if live.ask_route():
        jobs.enqueue(service.route)


def follow_presence(event: StatusChanged | AccountStatusChanged) -> None:
    """Agents come and go: the desk and their customers see it, and the queue moves."""
    if queries.agent(event.user_id) is not None:
        telling.agents([event.user_id])
        for conversation_id in queries.under_way(assignee_id=event.user_id):
            telling.customer(conversation_id)
        jobs.enqueue(service.tend)
    for conversation_id in queries.under_way(customer_id=event.user_id):
        telling.ticket(conversation_id)


def mail_transcript(event: TranscriptAsked) -> None:
    """Mail what was said to who asked for it."""
    ticket = queries.ticket(event.conversation_id)
    if ticket is None:
        return
    lines = [
        {
            "at": view.message.created_at,
            "name": (view.sender.full_name or view.sender.username) if view.sender else "",
            "body": view.message.body,
        }
        for view in messages.views(messages.before(ticket.conversation_id, None, TRANSCRIPT_AT_MOST))
        if view.message.deleted_at is None
    ]
    mails.send(event.email, f"Transcript: {ticket.subject}", "transcript", ticket=ticket, lines=lines)
