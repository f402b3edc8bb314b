"""What notifications do when something happened."""

from datetime import datetime
from typing import Any

from pulse.accounts import mails
from pulse.accounts import queries as accounts
from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.conversations.events import (
    MemberAdded,
    MemberRemoved,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    MessagesRead,
)
from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.models import Conversation, Member
from pulse.core import clock, realtime
from pulse.extensions import db
from pulse.notifications import queries, service
from pulse.notifications.events import DigestDue, NotificationsGone, Notified
from pulse.notifications.rules import MAILED_AT_ONCE, NoticeKind
from pulse.notifications.service import Notice
from pulse.presence import policy as presence_policy
from pulse.presence import queries as presence
from pulse.presence.events import ArrivalAcknowledged, WaitsEnded
from pulse.workspaces.events import MemberInvited, MemberJoined
from pulse.workspaces.models import Invitation

TELL = "notifications.tell"  # a handler of the namespace


def notify(event: MessageSent) -> None:
    """Whom a message concerns gets a notification, or sees one grow; who wrote it has read the others."""
    if event.actor_id:
        service.read_by_writing(event.actor_id, event.conversation_id, event.seq)
    service.notify_members(event.conversation_id, event.seq)


def notify_mentioned(event: MessageEdited) -> None:
    """So does whom an edit has mentioned."""
    if event.mentions:
        service.notify_mentioned(event.message_id, event.mentions)


def notify_added(event: MemberAdded) -> None:
    """So does whom somebody else has put into a channel."""
    channel = db.session.get(Conversation, event.conversation_id)
    member = db.session.get(Member, (event.conversation_id, event.user_id))
    if channel is None or channel.kind != Kind.CHANNEL or event.actor_id in (None, event.user_id):
        return
    if member is not None and member.notify != Notify.NONE:
        key = f"added:{channel.id}:{clock.to_milliseconds(member.joined_at)}"
        kind = NoticeKind.ADDED_TO_CHANNEL
        service.notify(Notice(kind, key, event.actor_id, conversation_id=channel.id), [event.user_id])


def notify_invited(event: MemberInvited) -> None:
    """So does whoever has an account at the address of an invitation."""
    invitation = db.session.get(Invitation, event.invitation_id)
    if invitation is None or invitation.expires_at <= clock.now():
        return
    user = accounts.by_email(invitation.email)
    if user is not None:
        key = f"invitation:{invitation.id}:{clock.to_milliseconds(invitation.created_at)}"
        kind, actor_id = NoticeKind.INVITATION, invitation.invited_by_id
        service.notify(Notice(kind, key, actor_id, invitation_id=invitation.id), [user.id])


def notify_waiting(event: WaitsEnded) -> None:
    """So does whoever waited for somebody to come online, may see them, and has not said that they know."""
    watchers = presence.watchers(event.user_id, datetime.fromisoformat(event.at))
    states = presence.states([event.user_id]) if watchers else {}
    seeing = presence_policy.audience(states[event.user_id], watchers) if states else set()
    if seeing:
        key = f"came_online:{event.user_id}:{event.at}"
        service.notify(Notice(NoticeKind.CAME_ONLINE, key, event.user_id), seeing)


def notify_webhook_disabled(event: Any) -> None:
    """So does whose webhook was switched off, even while busy. (No type: webhooks are not below.)"""
    kind, key = NoticeKind.WEBHOOK_DISABLED, f"webhook:{event.endpoint_id}:{event.at}"
    service.notify(Notice(kind, key, event.actor_id, even_if_busy=True), [event.owner_id])


def read_along(event: MessagesRead) -> None:
    service.read_along(event.user_id, event.conversation_id, event.seq)


def read_arrival(event: ArrivalAcknowledged) -> None:
    service.read_arrival(event.watcher_id, event.user_id)


def forget_message(event: MessageDeleted) -> None:
    service.forget_message(event.conversation_id, event.message_id)


def forget_member(event: MemberRemoved) -> None:
    service.forget_member(event.user_id, event.conversation_id)


def tell(event: Notified) -> None:
    """Tell the users' devices: who has some on a web process is told what is true by then."""
    pairs = zip(event.user_ids, event.notification_ids, strict=True)
    realtime.call_everywhere(TELL, {"user_ids": sorted({*event.user_ids}), "pairs": [*pairs]})


def tell_gone(event: NotificationsGone) -> None:
    """Tell the users' devices how many are left."""
    realtime.call_everywhere(TELL, {"user_ids": event.user_ids, "pairs": []})


def tell_joined(event: MemberJoined) -> None:
    """Whoever has joined a workspace has no invitation to it any more."""
    realtime.call_everywhere(TELL, {"user_ids": [event.user_id], "pairs": []})


def send_digest(event: DigestDue) -> None:
    """Mail those of the notifications that are still unread."""
    user = db.session.get(User, event.user_id)
    views = [view for view in queries.views(event.notification_ids) if view.notification.read_at is None]
    if user is None or not user.email or user.account_status != AccountStatus.ACTIVE or not views:
        return
    count = len(views)
    mails.send(
        user.email,
        "A notification on Pulse" if count == 1 else f"{count} notifications on Pulse",
        "notifications",
        username=user.username,
        lines=[{"title": view.title, "text": view.text, "url": view.url} for view in views[:MAILED_AT_ONCE]],
        more=max(0, count - MAILED_AT_ONCE),
    )
