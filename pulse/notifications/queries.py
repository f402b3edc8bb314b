"""Reads of notifications; they never commit."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.models import Block, Conversation, Member, Message
from pulse.conversations.rules import MessageKind
from pulse.core import clock
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.notifications.models import Digest, Notification, Preferences, Progress
from pulse.notifications.rules import MAIL_AFTER_DEFAULT, Said
from pulse.notifications.view import Person, View
from pulse.presence.models import UserPresence
from pulse.presence.rules import Choice, Status
from pulse.workspaces.models import Invitation, Workspace


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user who can be notified, and how they are."""

    user_id: int
    is_busy: bool
    mentions_while_busy: bool
    mail_after: timedelta | None  # None: no mail
    away_since: datetime | None  # as recorded; None: they are here
    notify: Notify | None = None  # as a member
    read_seq: int = 0


def progress(conversation_id: int) -> int:
    """Up to which message the members of a conversation are notified."""
    return db.session.scalar(select(Progress.seq).where(Progress.conversation_id == conversation_id)) or 0


def hold(conversation_id: int) -> Conversation | None:
    """A conversation that stays until the transaction ends; new messages may come meanwhile."""
    query = select(Conversation).where(Conversation.id == conversation_id)
    return db.session.scalar(query.with_for_update(read=True, key_share=True))


def said(conversation: Conversation, after_seq: int, limit: int) -> tuple[int, list[Said]]:
    """The next messages that may notify somebody, and up to which number that is."""
    answered = aliased(Message)
    rows = db.session.execute(
        select(Message, answered.sender_id)
        .outerjoin(answered, answered.id == Message.reply_to_id)
        .where(Message.conversation_id == conversation.id, Message.seq > after_seq)
        .order_by(Message.seq)
        .limit(limit)
    ).all()
    found = [
        Said(
            id=message.id,
            seq=message.seq,
            sender_id=message.sender_id,
            is_direct=conversation.kind == Kind.DIRECT,
            mentions=frozenset(message.mentions),
            mentions_all=message.mentions_all,
            reply_to_user=author_id,
        )
        for message, author_id in rows
        if message.kind != MessageKind.EVENT and message.deleted_at is None
    ]
    return (rows[-1].Message.seq if rows else after_seq), found


def listeners(conversation_id: int, messages: Collection[Said]) -> list[Recipient]:
    """The members whom these messages may concern, muted ones left out. They read no further until the end
    of the transaction, so that nobody is notified of what they read at the same moment."""
    query = _recipients(Member.notify, Member.read_seq).join(
        Member, and_(Member.user_id == User.id, Member.conversation_id == conversation_id)
    )
    query = query.where(Member.notify != Notify.NONE)
    if not any(message.mentions_all for message in messages):
        named = {user_id for message in messages for user_id in message.mentions}
        named |= {message.reply_to_user for message in messages if message.reply_to_user}
        query = query.where(or_(Member.notify == Notify.ALL, Member.user_id.in_(named)))
    rows = db.session.execute(query.order_by(User.id).with_for_update(read=True, of=Member)).all()
    return [_recipient(row) for row in rows]


def recipients(user_ids: Collection[int]) -> list[Recipient]:
    """Those of the users who can be notified."""
    rows = db.session.execute(_recipients().where(User.id.in_(user_ids)).order_by(User.id)).all()
    return [_recipient(row) for row in rows]


def blocks_of(sender_ids: Collection[int]) -> dict[int, set[int]]:
    """Who has blocked which of the senders."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = db.session.execute(
        select(Block.blocker_id, Block.blocked_id).where(Block.blocked_id.in_(sender_ids))
    )
    for blocker_id, blocked_id in rows:
        found[blocker_id].add(blocked_id)
    return found


def unread_lines(user_ids: Collection[int], keys: Collection[str]) -> dict[tuple[int, str], Any]:
    """The unread notifications of these users and keys, held until the transaction ends."""
    rows = db.session.execute(
        select(
            Notification.user_id,
            Notification.key,
            Notification.actors,
            Notification.count,
            Notification.created_at,
            Notification.mailed_at,
        )
        .where(Notification.user_id.in_(user_ids), Notification.key.in_(keys), Notification.read_at.is_(None))
        .order_by(Notification.id)
        .with_for_update()
    )
    found: dict[tuple[int, str], Any] = {(row.user_id, row.key): row for row in rows}
    return found


def known(user_ids: Collection[int], condition: ColumnElement[bool]) -> set[int]:
    """Those of the users who have, or had, a notification that fulfils a condition."""
    query = select(Notification.user_id).where(Notification.user_id.in_(user_ids), condition)
    return set(db.session.scalars(query))


def held(*conditions: ColumnElement[bool]) -> Sequence[Any]:
    """(id, user_id) of notifications, held until the transaction ends; always in the same order, so that
    two who hold several do not wait for each other."""
    query = select(Notification.id, Notification.user_id).where(*conditions)
    return db.session.execute(query.order_by(Notification.id).with_for_update()).all()


def unread_count(user_id: int) -> int:
    """How many notifications a user has not read."""
    return unread_counts([user_id]).get(user_id, 0)


def unread_counts(user_ids: Collection[int]) -> dict[int, int]:
    """The same for several; those who have read all are left out."""
    rows = db.session.execute(
        select(Notification.user_id, func.count())
        .where(Notification.user_id.in_(user_ids), Notification.read_at.is_(None))
        .group_by(Notification.user_id)
    )
    return dict(rows.tuples().all())


def page(user_id: int, *, unread: bool, after: tuple[datetime, int] | None, limit: int) -> list[View]:
    """A user's notifications, the latest first."""
    query = _views().where(Notification.user_id == user_id)
    if unread:
        query = query.where(Notification.read_at.is_(None))
    if after:
        query = query.where(tuple_(Notification.updated_at, Notification.id) < after)
    return _read(query.order_by(Notification.updated_at.desc(), Notification.id.desc()).limit(limit))


def views(notification_ids: Collection[int]) -> list[View]:
    """Notifications with all that is shown of them, the latest first."""
    query = _views().where(Notification.id.in_(notification_ids))
    return _read(query.order_by(Notification.updated_at.desc(), Notification.id.desc()))


def preferences(user_id: int) -> Preferences:
    """What a user wants, or the defaults."""
    found = db.session.get(Preferences, user_id, populate_existing=True)
    return found or Preferences(
        user_id=user_id,
        mentions_while_busy=False,
        mail_when_away=True,
        mail_after_minutes=MAIL_AFTER_DEFAULT,
    )


def due_digests(now: datetime, limit: int) -> Sequence[int]:
    """Users for whom it is time to look whether they are to be mailed, the longest due first."""
    query = select(Digest.user_id).where(Digest.due_at <= now)
    return db.session.scalars(query.order_by(Digest.due_at).limit(limit)).all()


def held_digests(user_ids: Collection[int], now: datetime) -> Sequence[Any]:
    """Those that are still due, held until the transaction ends: user_id, mailed_at."""
    query = select(Digest.user_id, Digest.mailed_at).where(Digest.user_id.in_(user_ids), Digest.due_at <= now)
    return db.session.execute(query.order_by(Digest.user_id).with_for_update()).all()


def _recipients(*columns: Any) -> Select[Any]:
    return (
        select(
            User.id,
            UserPresence.choice,
            UserPresence.choice_expires_at,
            UserPresence.presence,
            UserPresence.since,
            Preferences.mentions_while_busy,
            Preferences.mail_when_away,
            Preferences.mail_after_minutes,
            *columns,
        )
        .outerjoin(UserPresence, UserPresence.user_id == User.id)
        .outerjoin(Preferences, Preferences.user_id == User.id)
        .where(User.account_status == AccountStatus.ACTIVE, User.role != Role.VISITOR)
    )


def _recipient(row: Any) -> Recipient:
    """Busy is who chose it and is here; the choice is in SQL before anybody is told of it."""
    now = clock.now()
    is_chosen = row.choice == Choice.BUSY and (row.choice_expires_at is None or row.choice_expires_at > now)
    is_away = row.presence in (None, Status.OFFLINE)
    minutes = MAIL_AFTER_DEFAULT if row.mail_after_minutes is None else row.mail_after_minutes
    values = row._mapping
    return Recipient(
        user_id=row.id,
        is_busy=is_chosen and not is_away,
        mentions_while_busy=bool(row.mentions_while_busy),
        mail_after=None if row.mail_when_away is False else timedelta(minutes=minutes),
        away_since=(row.since or now) if is_away else None,
        notify=Notify(values["notify"]) if "notify" in values else None,
        read_seq=values.get("read_seq", 0),
    )


def _views() -> Any:
    is_its = and_(
        Message.id == Notification.message_id, Message.conversation_id == Notification.conversation_id
    )
    return (
        select(Notification, Conversation, Message, Invitation, Workspace)
        .outerjoin(Conversation, Conversation.id == Notification.conversation_id)
        .outerjoin(Message, is_its)
        .outerjoin(Invitation, Invitation.id == Notification.invitation_id)
        .outerjoin(Workspace, Workspace.id == Invitation.workspace_id)
    )


def _read(query: Select[Any]) -> list[View]:
    rows = db.session.execute(query.execution_options(populate_existing=True)).tuples().all()
    shown = {user_id for row, *_ in rows for user_id in row.actors[:2]}
    people = {}
    if shown:
        names = select(User.id, User.username, User.full_name).where(User.id.in_(shown))
        people = {id_: Person(name, full or name) for id_, name, full in db.session.execute(names)}
    return [View(row, [people[key] for key in row.actors[:2] if key in people], *rest) for row, *rest in rows]
