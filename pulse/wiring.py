"""THE table: event -> reactions, and which function stands behind which port."""

from flask import Flask
from sqlalchemy import SelectBase, union_all

from pulse.accounts import auth
from pulse.accounts import events as account
from pulse.accounts import queries as account_queries
from pulse.accounts import reactions as accounts
from pulse.activity import events as activity_events
from pulse.activity import reactions as activity
from pulse.analytics import reactions as analytics
from pulse.conversations import events as chat
from pulse.conversations import reactions as conversations
from pulse.conversations.queries import conversations as conversation_queries
from pulse.conversations.queries import figures as conversation_figures
from pulse.core import figures, outbox, ports
from pulse.core.figures import Figure
from pulse.core.permissions import Role
from pulse.core.wires import Wiring
from pulse.notifications import events as notification_events
from pulse.notifications import reactions as notifications
from pulse.presence import events as presence_events
from pulse.presence import queries as presence_queries
from pulse.presence import reactions as presence
from pulse.support import events as support_events
from pulse.support import queries as support_queries
from pulse.support import reactions as support
from pulse.webhooks import events as webhook_events
from pulse.webhooks import queries as webhook_queries
from pulse.webhooks import reactions as webhooks
from pulse.workspaces import events as workspace
from pulse.workspaces import queries as workspace_queries
from pulse.workspaces import reactions as workspaces

WIRING = Wiring(
    # may raise: the change is rolled back
    in_transaction={
        account.UserRegistered: [presence.create_row, support.make_agent],
        account.SignedIn: [presence.bump],
        account.SessionsEnded: [presence.bump],
        account.AccountStatusChanged: [presence.bump, webhooks.store],
        account.ProfileChanged: [presence.bump, webhooks.store],
        account.RoleChanged: [support.keep_agent],
        presence_events.PresenceSettingsChanged: [presence.bump],
        presence_events.StatusChanged: [presence.end_waits, analytics.reopen_days, webhooks.store],
        presence_events.ArrivalAcknowledged: [notifications.read_arrival],
        workspace.MemberJoined: [activity.note_joined, webhooks.store],
        workspace.MemberLeft: [conversations.leave_channels, activity.note_left, webhooks.store],
        workspace.MemberInvited: [activity.note_invited],
        workspace.WorkspaceRenamed: [activity.note_renamed],
        chat.ConversationCreated: [activity.note_created, webhooks.store],
        chat.ConversationChanged: [activity.note_changes],
        chat.MemberRemoved: [notifications.forget_member],
        chat.MessageSent: [support.note_message, webhooks.store],
        chat.MessageEdited: [webhooks.store],
        chat.MessageDeleted: [notifications.forget_message, webhooks.store],
        chat.MessagePinned: [activity.note_pin],
        chat.MessagesRead: [notifications.read_along],
        support_events.TicketChanged: [webhooks.store],
        support_events.TargetMissed: [webhooks.store],
    },
    # must happen, later, whatever dies
    durable={
        account.UserRegistered: [accounts.send_verification, webhooks.store_later],
        account.RegistrationRepeated: [accounts.send_known_notice],
        account.VerificationRequested: [accounts.resend_verification],
        account.CodeRequested: [accounts.send_code],
        account.SessionsEnded: [accounts.cut_sessions, presence.push_state],
        account.RoleChanged: [accounts.check_sockets],
        account.AccountStatusChanged: [presence.push_state],
        presence_events.PresenceSettingsChanged: [presence.push_state],
        presence_events.WaitsEnded: [notifications.notify_waiting],
        account.ProfileChanged: [presence.recheck_audience, presence.push_state],
        workspace.MemberInvited: [workspaces.send_invitation, notifications.notify_invited],
        workspace.MemberLeft: [presence.recheck_follower, activity.recheck_follower],
        workspace.WorkspaceDeleted: [
            presence.recheck_followers,
            conversations.leave_deleted,
            activity.recheck_followers,
        ],
        chat.AttachmentUploaded: [conversations.make_thumbnail],
        workspace.MemberRoleChanged: [conversations.sync_rooms, activity.recheck_follower],
        chat.ConversationChanged: [conversations.tell_changed],
        chat.MemberAdded: [conversations.tell_joined, notifications.notify_added],
        chat.MemberRemoved: [conversations.tell_left],
        chat.MessageSent: [
            conversations.broadcast_if_untold,
            notifications.notify,
            activity.count_message,
        ],
        chat.MessageEdited: [conversations.broadcast_if_untold, notifications.notify_mentioned],
        chat.MessageDeleted: [conversations.broadcast_if_untold],
        chat.MessagePinned: [conversations.broadcast_if_untold],
        chat.ReactionChanged: [conversations.broadcast_if_untold],
        chat.PersonBlocked: [presence.recheck_follower],
        support_events.TranscriptAsked: [support.mail_transcript],
        notification_events.DigestDue: [notifications.send_digest],
        webhook_events.EndpointDisabled: [notifications.notify_webhook_disabled],
    },
    # may be lost, since it can be asked for again: logs and goes on
    after_commit={
        account.SignedIn: [presence.push_state, presence.count_sign_in],
        account.SessionsEnded: [accounts.cut_sessions, presence.push_state],
        account.RoleChanged: [accounts.check_sockets],
        account.AccountStatusChanged: [presence.push_state, support.follow_presence],
        account.ProfileChanged: [presence.recheck_audience, presence.push_state],
        presence_events.PresenceSettingsChanged: [presence.push_state],
        presence_events.StatusChanged: [presence.tell_watchers, support.follow_presence],
        workspace.MemberJoined: [presence.follow_member, notifications.tell_joined],
        workspace.MemberLeft: [presence.recheck_follower, activity.recheck_follower],
        workspace.MemberRoleChanged: [conversations.sync_rooms, activity.recheck_follower],
        workspace.WorkspaceDeleted: [
            presence.recheck_followers,
            conversations.leave_deleted,
            activity.recheck_followers,
        ],
        chat.ConversationCreated: [conversations.tell_created],
        chat.ConversationChanged: [conversations.tell_changed],
        chat.MemberAdded: [conversations.tell_joined],
        chat.MemberRemoved: [conversations.tell_left],
        chat.MessageSent: [conversations.broadcast],
        chat.MessageEdited: [conversations.broadcast],
        chat.MessageDeleted: [conversations.broadcast],
        chat.MessagePinned: [conversations.broadcast],
        chat.ReactionChanged: [conversations.broadcast],
        chat.MessagesRead: [conversations.tell_read],
        chat.MessagesDelivered: [conversations.tell_delivered],
        chat.NotifyChanged: [conversations.tell_notify],
        chat.PersonBlocked: [presence.recheck_follower, conversations.tell_blocked],
        support_events.TicketChanged: [support.tell],
        support_events.NoteAdded: [support.tell_note],
        support_events.AgentChanged: [support.tell_agent],
        support_events.TargetMissed: [support.tell_target],
        support_events.QueueMoved: [support.call_router],
        activity_events.ActivityRecorded: [activity.tell],
        notification_events.Notified: [notifications.tell],
        notification_events.NotificationsGone: [notifications.tell_gone],
        webhook_events.DeliveriesQueued: [webhooks.send_soon],
    },
)


def _sharers(user_id: int) -> SelectBase:
    return union_all(workspace_queries.sharers(user_id), conversation_queries.sharers(user_id))


def _users_by_presence() -> dict[str, int]:
    return {status: count for status, count in presence_queries.counts().items() if status != "total"}


FIGURES = (
    Figure("total_users", "Accounts", account_queries.count),
    Figure("admin_users", "Accounts of admins", lambda: account_queries.count(Role.ADMIN)),
    Figure("users", "Accounts by recorded presence", _users_by_presence, label="presence"),
    Figure("total_conversations", "Conversations", conversation_figures.count_conversations),
    Figure("total_messages", "Messages, deleted ones included", conversation_figures.count_messages),
    Figure("outbox_backlog", "Events with durable reactions pending", outbox.backlog),
    Figure("webhook_backlog", "Webhook deliveries pending", webhook_queries.backlog),
)
FEATURES = (
    *("signup", "group_based_admin", "sign_in_by_code", "live_presence", "presence_history"),
    *("user_to_user_chat", "team_chat", "notifications", "activity_feed", "support_desk", "webhooks"),
)


def bind(app: Flask) -> None:
    """Put functions behind the ports, and name the figures of the domains."""
    ports.authenticate_request.bind(auth.authenticate_request)
    ports.authenticate_token.bind(auth.authenticate_token)
    ports.recheck.bind(auth.recheck)
    ports.sharers.bind(_sharers)
    ports.room_conversation.bind(support_queries.conversation_of)
    figures.bind(app, FIGURES, FEATURES)
