"""Notifying members of messages: each message once, in order, whichever jobs run, run twice or die."""

from collections.abc import Collection

from sqlalchemy import select, update

from pulse.conversations import live
from pulse.conversations.kinds import Notify
from pulse.conversations.models import Message
from pulse.core.database import insert
from pulse.core.events import transaction
from pulse.extensions import db
from pulse.notifications import queries, rules
from pulse.notifications.models import Notification, Progress
from pulse.notifications.rules import Listener, NoticeKind, Piles, Said
from pulse.notifications.service.writing import Recipients, write

BATCH = 100  # messages; a longer transaction would keep web processes on SQLite waiting


def notify_members(conversation_id: int, seq: int) -> None:
    """Notify the members of all messages up to `seq`, and behind it, of which they were not yet.

    How far that is gets noted in the same transaction. Who looks at the conversation now needs no notice.
    """
    while queries.progress(conversation_id) < seq:
        looking = live.SCREENS.looking(conversation_id)
        with transaction():
            conversation = queries.hold(conversation_id)
            if conversation is None:
                return
            done = _hold_progress(conversation_id)
            last, messages = queries.said(conversation, done, BATCH)
            piles, people = _weigh(conversation_id, messages, looking)
            _write(conversation_id, piles, people)
            # Where there are no more, though there should be, they are erased.
            _note_progress(conversation_id, last if last > done else max(done, seq))


def notify_mentioned(message_id: int, user_ids: Collection[int]) -> None:
    """Notify those whom an edit has mentioned, unless they have read the message, or know of the mention."""
    message = db.session.get(Message, message_id)
    if message is None:
        return
    conversation_id = message.conversation_id
    notify_members(conversation_id, message.seq)  # if that comes after the edit, it sees the mention
    looking = live.SCREENS.looking(conversation_id)
    with transaction():
        conversation = queries.hold(conversation_id)
        _, messages = queries.said(conversation, message.seq - 1, 1) if conversation else (0, [])
        if not messages or messages[0].id != message_id or messages[0].is_direct:
            return
        piles, people = _weigh(conversation_id, messages, looking)
        wanted = {user_id for user_id, kind in piles if kind is NoticeKind.MENTION} & {*user_ids}
        wanted -= _knowing(message_id, wanted)
        mentions = {place: pile for place, pile in piles.items() if place[0] in wanted}
        _write(conversation_id, mentions, people, f":{message_id}")


def _knowing(message_id: int, user_ids: Collection[int]) -> set[int]:
    """Those of the users who are notified of being mentioned in this message since it says so."""
    message = db.session.get_one(Message, message_id)
    is_newer = (Notification.last_seq >= message.seq) & (Notification.updated_at >= message.edited_at)
    return queries.known(
        user_ids,
        (Notification.kind == NoticeKind.MENTION)
        & (Notification.conversation_id == message.conversation_id)
        & ((Notification.message_id == message_id) | is_newer),
    )


def _weigh(conversation_id: int, messages: list[Said], looking: set[int]) -> tuple[Piles, Recipients]:
    """What the messages mean for whom; two statements, however many members there are."""
    people = queries.listeners(conversation_id, messages) if messages else []
    senders = {message.sender_id for message in messages if message.sender_id}
    blocks = queries.blocks_of(senders) if people else {}
    listeners = [
        Listener(
            user_id=one.user_id,
            wants_all=one.notify is Notify.ALL,
            read_seq=one.read_seq,
            is_busy=one.is_busy,
            mentions_while_busy=one.mentions_while_busy,
            is_looking=one.user_id in looking,
            blocked=frozenset(blocks.get(one.user_id, ())),
        )
        for one in people
    ]
    return rules.pile_up(messages, listeners), {one.user_id: one for one in people}


def _write(conversation_id: int, piles: Piles, people: Recipients, suffix: str = "") -> None:
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "key": f"{kind}:{conversation_id}{suffix}",
            "conversation_id": conversation_id,
            "message_id": pile.message_id,
            "actors": pile.actors,
            "count": pile.count,
            "last_seq": pile.last_seq,
        }
        for (user_id, kind), pile in piles.items()
    ]
    write(rows, people)


def _hold_progress(conversation_id: int) -> int:
    """How far the members are notified; nobody else notifies them until the transaction ends."""
    session = db.session()
    session.execute(
        insert(session, Progress).values(conversation_id=conversation_id, seq=0).on_conflict_do_nothing()
    )
    return session.scalars(
        select(Progress.seq).where(Progress.conversation_id == conversation_id).with_for_update()
    ).one()


def _note_progress(conversation_id: int, seq: int) -> None:
    db.session.execute(
        update(Progress)
        .where(Progress.conversation_id == conversation_id)
        .values(seq=seq)
        .execution_options(synchronize_session=False)
    )
