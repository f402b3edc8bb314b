"""Who is in a conversation, and what they want to hear of it."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete

from pulse.conversations import policy
from pulse.conversations.events import MemberAdded, MemberRemoved, NotifyChanged
from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.models import Conversation, Member
from pulse.conversations.queries import conversations as queries
from pulse.core import clock
from pulse.core.database import insert
from pulse.core.errors import Conflict, Forbidden, NotFound
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.workspaces import queries as workspaces


def enter(conversation: Conversation, user_ids: Iterable[int], actor_id: int | None) -> list[int]:
    """Note new members inside a transaction; whoever is one already stays. Returns the new ones."""
    session = db.session()
    now, notify = clock.now(), policy.rules_of(conversation).default_notify
    rows = [
        {
            "conversation_id": conversation.id,
            "user_id": user_id,
            "joined_at": now,
            "read_seq": conversation.last_seq,
            "delivered_seq": conversation.last_seq,
            "notify": notify,
        }
        for user_id in user_ids
    ]
    added = session.scalars(
        insert(session, Member).values(rows).on_conflict_do_nothing().returning(Member.user_id)
    ).all()
    for user_id in added:
        publish(MemberAdded(conversation.id, user_id, actor_id))
    return list(added)


def join(user_id: int, channel_id: int) -> None:
    """Become a member of a public channel. Raises NotFound, Forbidden, Conflict (archived)."""
    with transaction():
        place = policy.check_sees(channel_id, user_id, Kind.CHANNEL)
        if place.member is not None:
            return
        if not policy.rules_of(place.conversation).may_join(place.standing):
            raise Forbidden("You may not join this channel.")
        check_open(place.conversation)
        if not workspaces.hold_members(place.conversation.workspace_id or 0, [user_id]):
            raise NotFound("There is no such conversation.")
        enter(place.conversation, [user_id], user_id)


def add(user_id: int, channel_id: int, user_ids: Collection[int]) -> list[int]:
    """Put people of the workspace into a channel; returns those who were not in it.

    Raises NotFound (also for people who are not in the workspace), Forbidden, Conflict (archived).
    """
    with transaction():
        channel = policy.check_changes(channel_id, user_id, Kind.CHANNEL).conversation
        check_open(channel)
        if set(user_ids) - workspaces.hold_members(channel.workspace_id or 0, user_ids):
            raise NotFound("There is no such person in this workspace.")
        return enter(channel, sorted(set(user_ids)), user_id)


def remove(actor_id: int, channel_id: int, user_id: int) -> None:
    """Leave a channel, or take somebody out of it. Raises NotFound, Forbidden."""
    with transaction() as session:
        if actor_id == user_id:
            policy.check_sees(channel_id, actor_id, Kind.CHANNEL)
        else:
            policy.check_manages(channel_id, actor_id, Kind.CHANNEL)
        member = session.get(Member, (channel_id, user_id), populate_existing=True)
        if member is None:
            raise NotFound("There is no such member.")
        session.delete(member)
        publish(MemberRemoved(channel_id, user_id, actor_id))


def take_out(conversation_id: int, user_id: int, actor_id: int | None) -> None:
    """Note inside a transaction that somebody is no member any more; nothing if they were none."""
    session = db.session()
    gone = delete(Member).where(Member.conversation_id == conversation_id, Member.user_id == user_id)
    if session.scalar(gone.returning(Member.user_id)) is not None:
        publish(MemberRemoved(conversation_id, user_id, actor_id))


def leave_workspace(workspace_id: int, user_id: int) -> None:
    """Whoever leaves a workspace leaves its channels, inside the same transaction."""
    session = db.session()
    ids = queries.channel_ids_in(workspace_id, user_id)
    session.execute(delete(Member).where(Member.user_id == user_id, Member.conversation_id.in_(ids)))
    for channel_id in ids:
        publish(MemberRemoved(channel_id, user_id, None))


def set_notify(user_id: int, conversation_id: int, notify: Notify) -> None:
    """Choose what to be notified of. Raises NotFound, Forbidden (not_a_member)."""
    with transaction():
        member = policy.check_member(conversation_id, user_id).member
        if member is not None and member.notify != notify:
            member.notify = notify
            publish(NotifyChanged(conversation_id, user_id))


def check_open(conversation: Conversation) -> None:
    """Raise Conflict (archived) if the conversation is closed."""
    if conversation.archived_at is not None:
        raise Conflict("This conversation is archived.", code="archived")
