"""Tickets, by the address of their room."""

from collections.abc import Sequence

from pulse.accounts.limits import per_user
from pulse.conversations import answers as talk
from pulse.conversations.policy import check_sees
from pulse.conversations.queries import messages
from pulse.conversations.schemas.conversations import ListQuery
from pulse.conversations.schemas.messages import OwnMessageOut
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, as_moment, cut, decode_cursor, decode_moment, encode_cursor
from pulse.core.permissions import Permission
from pulse.support import answers, policy, queries, service
from pulse.support.models import TicketNote
from pulse.support.queries import Filters
from pulse.support.routes.blueprint import bp
from pulse.support.rules import TicketStatus
from pulse.support.schemas import rooms as s
from pulse.support.schemas.fields import PersonOut

ASK, WORK = Permission.DESK_ASK, Permission.DESK_WORK
MISSING = {404: "There is no such ticket."}


@bp.get("/api/chat-rooms/")
@needs(ASK)
@bp.input(s.RoomQuery, location="query", arg_name="query")
@bp.output(Page[s.RoomOut])
def list_rooms(query: s.RoomQuery) -> Page[s.RoomOut]:
    """Tickets: one's own, or for agents those of the desk"""
    who = identity()
    filters = _filters(query, is_desk=policy.is_desk(who), user_id=who.user_id)
    if query.order == "waiting":
        key = decode_cursor(query.cursor, int, str, int)
        after = (key[0], *as_moment(key[1:])) if key else None
        found = queries.longest_waiting(who.user_id, filters, after, query.limit + 1)
        page, last = cut(found, query.limit)
        cursor = encode_cursor(*queries.waiting_key(last)) if last else None
    else:
        found = queries.latest(who.user_id, filters, decode_moment(query.cursor), query.limit + 1)
        page, last = cut(found, query.limit)
        cursor = (
            encode_cursor(last.ticket.updated_at.isoformat(), last.ticket.conversation_id) if last else None
        )
    return Page(data=answers.rooms(who, page), next=cursor)


def _filters(query: s.RoomQuery, *, is_desk: bool, user_id: int) -> Filters:
    status, assignee = query.status, query.agent_id
    if is_desk and query.view == "queue":
        status = TicketStatus.WAITING
    if is_desk and query.view == "mine":
        status, assignee = status or TicketStatus.ACTIVE, user_id
    return Filters(
        status=status,
        assignee_id=assignee if is_desk else None,
        customer_id=query.customer_id if is_desk else user_id,
        conversation_id=query.conversation_id,
        team_id=query.team_id if is_desk else None,
        is_snoozed=query.is_snoozed if is_desk else None,
        priority=query.priority,
        tag=query.tag,
        search=query.search if is_desk else "",
        is_open=query.view == "open",
    )


@bp.post("/api/chat-rooms/")
@needs(ASK)
@per_user("20/hour")
@bp.input(s.RoomIn, arg_name="body")
@bp.output(s.RoomOut, status_code=201)
def open_room(body: s.RoomIn) -> s.RoomOut:
    """Ask for help: a ticket that waits for an agent"""
    who = identity()
    asked = service.Request(
        subject=body.subject,
        description=body.description,
        priority=body.priority,
        tags=body.tags,
        team_id=body.team_id,
        attachment_ids=tuple(dict.fromkeys(body.attachment_ids)),
        client_id=body.client_id,
    )
    return answers.room(who, service.open_ticket(who.user_id, asked))


@bp.get("/api/chat-rooms/<uuid:room>/")
@needs(ASK)
@bp.output(s.RoomOut)
@bp.doc(responses=MISSING)
def get_room(room: object) -> s.RoomOut:
    """One ticket"""
    return _shown(room)


@bp.patch("/api/chat-rooms/<uuid:room>/")
@needs(WORK)
@bp.input(s.RoomChangeIn, arg_name="body")
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is closed."})
def change_room(room: object, body: s.RoomChangeIn) -> s.RoomOut:
    """Change subject, priority or tags"""
    fields = {name: value for name in body.model_fields_set if (value := getattr(body, name)) is not None}
    service.change(identity(), str(room), fields)
    return _shown(room)


@bp.get("/api/chat-rooms/<uuid:room>/messages/")
@needs(ASK)
@bp.input(ListQuery, location="query", arg_name="query")
@bp.output(Page[OwnMessageOut])
@bp.doc(responses=MISSING)
def list_room_messages(room: object, query: ListQuery) -> Page[OwnMessageOut]:
    """What was said: the newest page first, ascending within a page"""
    who = identity()
    ticket = policy.check_sees(who, str(room))
    place = check_sees(ticket.conversation_id, who.user_id)
    before = decode_cursor(query.cursor, int)
    found = messages.before(ticket.conversation_id, before[0] if before else None, query.limit)
    first = found[0].seq if found else 0
    return Page(data=talk.messages(who, place, found), next=encode_cursor(first) if first > 1 else None)


@bp.post("/api/chat-rooms/<uuid:room>/assign_agent/")
@needs(WORK)
@bp.input(s.AssignIn, arg_name="body")
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is closed."})
def assign_agent(room: object, body: s.AssignIn) -> s.RoomOut:
    """Give it to an agent or a team, take it over, hand it on"""
    if body.agent_id is not None:
        service.assign(identity(), str(room), body.agent_id)
    else:
        service.hand_to_team(identity(), str(room), body.team_id)
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/resolve/")
@needs(ASK)
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is closed."})
def resolve_room(room: object) -> s.RoomOut:
    """Say that it is done"""
    service.resolve(identity(), str(room))
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/close/")
@needs(ASK)
@bp.output(s.RoomOut)
@bp.doc(responses=MISSING)
def close_room(room: object) -> s.RoomOut:
    """End it: nobody writes in it until it is reopened"""
    service.close(identity(), str(room))
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/reopen/")
@needs(ASK)
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is open."})
def reopen_room(room: object) -> s.RoomOut:
    """Take it up again"""
    service.reopen(identity(), str(room))
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/snooze/")
@needs(WORK)
@bp.input(s.SnoozeIn, arg_name="body")
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is closed."})
def snooze_room(room: object, body: s.SnoozeIn) -> s.RoomOut:
    """Put it out of sight until a moment, or until the customer writes"""
    service.snooze(identity(), str(room), body.until)
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/rate/")
@needs(ASK)
@bp.input(s.RatingIn, arg_name="body")
@bp.output(s.RoomOut)
@bp.doc(responses={**MISSING, 409: "It is not done yet."})
def rate_room(room: object, body: s.RatingIn) -> s.RoomOut:
    """Say how good it was (its customer)"""
    service.rate(identity(), str(room), body.rating, body.comment)
    return _shown(room)


@bp.post("/api/chat-rooms/<uuid:room>/transcript/")
@needs(ASK)
@per_user("10/hour")
@bp.input(s.TranscriptIn, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(responses=MISSING)
def mail_transcript(room: object, body: s.TranscriptIn) -> str:
    """Have what was said mailed"""
    service.ask_transcript(identity(), str(room), body.email)
    return ""


@bp.get("/api/chat-rooms/<uuid:room>/notes/")
@needs(WORK)
@bp.input(ListQuery, location="query", arg_name="query")
@bp.output(Page[s.TicketNoteOut])
@bp.doc(responses=MISSING)
def list_notes(room: object, query: ListQuery) -> Page[s.TicketNoteOut]:
    """Private notes, the earliest first"""
    ticket = policy.check_works(identity(), str(room))
    after = decode_cursor(query.cursor, int)
    rows, last = cut(
        queries.notes(ticket.conversation_id, after[0] if after else 0, query.limit + 1), query.limit
    )
    return Page(data=_notes(rows), next=encode_cursor(last.id) if last else None)


@bp.post("/api/chat-rooms/<uuid:room>/notes/")
@needs(WORK)
@bp.input(s.NoteIn, arg_name="body")
@bp.output(s.TicketNoteOut, status_code=201)
@bp.doc(responses=MISSING)
def add_note(room: object, body: s.NoteIn) -> s.TicketNoteOut:
    """Note something that no customer sees"""
    note_id = service.add_note(identity(), str(room), body.body)
    ticket = policy.check_works(identity(), str(room))
    return _notes(queries.notes(ticket.conversation_id, note_id - 1, 1))[0]


@bp.get("/api/chat-rooms/<uuid:room>/history/")
@needs(WORK)
@bp.input(ListQuery, location="query", arg_name="query")
@bp.output(Page[s.TicketEventOut])
@bp.doc(responses=MISSING)
def list_history(room: object, query: ListQuery) -> Page[s.TicketEventOut]:
    """Every change of it, the earliest first"""
    ticket = policy.check_works(identity(), str(room))
    after = decode_cursor(query.cursor, int)
    rows, last = cut(
        queries.history(ticket.conversation_id, after[0] if after else 0, query.limit + 1), query.limit
    )
    users = queries.users([row.actor_id for row in rows])
    data = [
        s.TicketEventOut(
            id=row.id,
            actor=users[row.actor_id].username if row.actor_id in users else None,
            change=row.change,
            before=row.before,
            after=row.after,
            at=row.at,
        )
        for row in rows
    ]
    return Page(data=data, next=encode_cursor(last.id) if last else None)


def _notes(rows: Sequence[TicketNote]) -> list[s.TicketNoteOut]:
    users = queries.users([row.author_id for row in rows])
    return [
        s.TicketNoteOut(
            id=row.id,
            author=PersonOut.of(users[row.author_id]) if row.author_id in users else None,
            body=row.body,
            created_at=row.created_at,
        )
        for row in rows
    ]


def _shown(room: object) -> s.RoomOut:
    who = identity()
    return answers.room(who, policy.check_sees(who, str(room)).conversation_id)
