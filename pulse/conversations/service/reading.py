"""How far members have read and received."""

from sqlalchemy import ColumnElement, case, update

from pulse.conversations import policy
from pulse.conversations.events import MessagesDelivered, MessagesRead
from pulse.conversations.models import Member
from pulse.core.events import publish, transaction
from pulse.extensions import db


def mark_read(user_id: int, conversation_id: int, seq: int | None = None) -> int:
    """Everything up to `seq` (without it: everything) is read; returns how many messages were not before.

    Raises NotFound, Forbidden (not_a_member).
    """
    place = policy.check_member(conversation_id, user_id)
    last = place.conversation.last_seq
    target = last if seq is None else min(seq, last)
    before = place.member.read_seq if place.member else 0
    if target <= before:
        return 0
    with transaction():
        if _move(user_id, conversation_id, Member.read_seq < target, target):
            publish(MessagesRead(conversation_id, user_id, target))
    return target - before


def mark_unread(user_id: int, conversation_id: int, seq: int) -> None:
    """The message `seq` and all behind it are unread. Raises NotFound, Forbidden (not_a_member)."""
    place = policy.check_member(conversation_id, user_id)
    target = max(0, min(seq, place.conversation.last_seq) - 1)
    with transaction():
        if _move(user_id, conversation_id, Member.read_seq > target, target):
            publish(MessagesRead(conversation_id, user_id, target))


def mark_delivered(user_id: int, conversation_id: int, seq: int) -> None:
    """A device of the user has everything up to `seq`. Raises NotFound, Forbidden (not_a_member)."""
    place = policy.check_member(conversation_id, user_id)
    target = min(seq, place.conversation.last_seq)
    shows = policy.rules_of(place.conversation).shows_receipts
    if not shows or place.member is None or target <= place.member.delivered_seq:
        return
    with transaction() as session:
        moved = session.execute(
            update(Member)
            .where(*_own(user_id, conversation_id), Member.delivered_seq < target)
            .values(delivered_seq=target)
            .returning(Member.user_id)
            .execution_options(synchronize_session=False)
        ).all()
        if moved:
            publish(MessagesDelivered(conversation_id, user_id, target))


def _move(user_id: int, conversation_id: int, condition: ColumnElement[bool], target: int) -> bool:
    moved = db.session.execute(
        update(Member)
        .where(*_own(user_id, conversation_id), condition)
        .values(
            read_seq=target,
            delivered_seq=case((Member.delivered_seq < target, target), else_=Member.delivered_seq),
        )
        .returning(Member.user_id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(moved)


def _own(user_id: int, conversation_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Member.conversation_id == conversation_id, Member.user_id == user_id
