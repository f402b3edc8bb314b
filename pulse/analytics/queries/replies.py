"""Who replied to whom, after how long, and what was known at that moment."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, TypedDict

from sqlalchemy import Row, Select, func, or_, select

from pulse.analytics.models import ReplyKind, ReplyModel
from pulse.analytics.prediction import VERSION, Predictor, Question, Reply
from pulse.analytics.queries.presence import time_zone
from pulse.analytics.turns import Turn, Turns
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.core.estimates import Estimate, Source
from pulse.extensions import db
from pulse.presence.models import StatusChange
from pulse.support.models import Reply as Answer
from pulse.workspaces.models import Membership

BEFORE = 50  # messages of a conversation that are looked at to know what the next one answers
NOBODY = EVERYONE = 0  # keys of what is learned


def chat_replies(after_id: int, until: datetime, limit: int) -> tuple[list[Reply], int]:
    """The replies among the next messages between people, in order; and up to which message that is."""
    among_people = select(Conversation.id).where(Conversation.kind != Kind.SUPPORT)
    rows = db.session.execute(
        _messages()
        .where(Message.id > after_id, Message.created_at <= until, Message.conversation_id.in_(among_people))
        .order_by(Message.id)
        .limit(limit)
    ).all()
    turns: list[Turn] = []
    for _, messages in groupby(sorted(rows, key=lambda row: (row[1], row[2])), key=lambda row: row[1]):
        turns += _turns(list(messages))
    turns.sort(key=lambda turn: turn.answered_at)
    found = [_reply(int(str(turn.responder)), turn) for turn in turns]
    return found, rows[-1].id if rows else after_id


def _reply(responder_id: int, turn: Turn) -> Reply:
    asked_at = datetime.fromtimestamp(turn.asked_at, UTC)
    group = workspace_of(responder_id)
    return Reply(**_known(responder_id, asked_at), group=group, seconds=turn.seconds)


def _messages() -> Select[*tuple[Any, ...]]:
    columns = Message.id, Message.conversation_id, Message.seq, Message.sender_id, Message.created_at
    return select(*columns).where(Message.kind != MessageKind.EVENT, Message.sender_id.is_not(None))


def _turns(messages: Sequence[Row[Any]]) -> Iterable[Turn]:
    """The turns that some messages of one conversation end."""
    first = messages[0]
    before = _messages().where(Message.conversation_id == first.conversation_id, Message.seq < first.seq)
    earlier = db.session.execute(before.order_by(Message.seq.desc()).limit(BEFORE)).all()
    turns = Turns()
    for message in [*reversed(earlier), *messages]:
        turn = turns.add(message.created_at.timestamp(), message.conversation_id, message.sender_id)
        if turn is not None and message.seq >= first.seq:
            yield turn


def desk_replies(after_id: int, until: datetime, limit: int) -> tuple[list[Reply], int]:
    """The next answers to customers, in business hours; and up to which one that is."""
    rows = db.session.scalars(
        select(Answer)
        .where(Answer.id > after_id, Answer.answered_at <= until)
        .order_by(Answer.id)
        .limit(limit)
    ).all()
    found = [
        Reply(**_known(row.agent_id, row.asked_at), group=row.team_id, seconds=row.seconds)
        for row in rows
        if row.agent_id is not None
    ]
    return found, rows[-1].id if rows else after_id


class Known(TypedDict):
    responder: int
    asked_at: datetime
    presence: str | None
    last_active: datetime | None


def _known(user_id: int | None, at: datetime) -> Known:
    if user_id is None:
        return Known(responder=NOBODY, asked_at=at, presence=None, last_active=None)
    status = (
        select(StatusChange.status)
        .where(StatusChange.user_id == user_id, StatusChange.at <= at)
        .order_by(StatusChange.at.desc())
        .limit(1)
    )
    wrote = select(func.max(Message.created_at)).where(Message.sender_id == user_id, Message.created_at < at)
    return Known(
        responder=user_id,
        asked_at=at.astimezone(time_zone(user_id)),
        presence=db.session.scalar(status),
        last_active=db.session.scalar(wrote),
    )


def workspace_of(user_id: int) -> int | None:
    """The one that counts as a user's group: of theirs, the oldest."""
    return db.session.scalar(select(func.min(Membership.workspace_id)).where(Membership.user_id == user_id))


def learned(kind: ReplyKind) -> ReplyModel | None:
    """What is learned of everyone; None if that is nothing, or by another estimator than this one."""
    everyone = db.session.get(ReplyModel, (kind, Source.EVERYONE, EVERYONE))
    return everyone if everyone and everyone.state.get("version") == VERSION else None


def predictor(everyone: ReplyModel, people: Collection[int], groups: Collection[int]) -> Predictor:
    """The estimator, as far as it concerns these people and groups."""
    scopes = {Source.PERSON: people, Source.GROUP: groups}
    is_wanted = or_(
        *((ReplyModel.scope == scope) & ReplyModel.key.in_(keys) for scope, keys in scopes.items())
    )
    rows = db.session.scalars(select(ReplyModel).where(ReplyModel.kind == everyone.kind, is_wanted)).all()
    people_known, groups_known = (
        {str(row.key): row.state for row in rows if row.scope == scope} for scope in scopes
    )
    return Predictor.of({**everyone.state, "people": people_known, "groups": groups_known})


def predict_reply(user_id: int) -> Estimate | None:
    """How long somebody who writes to a user now will wait; of agents who only answer customers, how long
    these wait."""
    chat = _predict(ReplyKind.CHAT, user_id, workspace_of(user_id))
    if chat and chat.source == Source.PERSON:
        return chat
    desk = _predict(ReplyKind.DESK, user_id, None)
    return desk if desk and (desk.source == Source.PERSON or not chat) else chat


def predict_answer(agent_id: int | None, team_id: int | None) -> Estimate | None:
    """How long a customer who writes now will wait for an agent, a team or anybody, in business hours."""
    return _predict(ReplyKind.DESK, agent_id, team_id)


def _predict(kind: ReplyKind, user_id: int | None, group: int | None) -> Estimate | None:
    everyone = learned(kind)
    if everyone is None:
        return None
    known = predictor(everyone, [user_id or NOBODY], [] if group is None else [group])
    found = known.predict(Question(**_known(user_id, clock.now()), group=group))
    if found is None:
        return None
    low, quarter, middle, three_quarters, high = (round(seconds, 1) for seconds in found.quantiles)
    return Estimate(middle, (quarter, three_quarters), (low, high), found.samples, Source(found.source))
