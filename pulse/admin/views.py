"""The tables of the admin pages."""

from typing import Any

from flask_admin.contrib.sqla.filters import FilterEqual
from sqlalchemy import func

from pulse.accounts.models import AuditEntry, Session, User
from pulse.accounts.rules import AccountStatus
from pulse.admin.actions import SessionActions, UserActions
from pulse.admin.filters import From, SessionState, Until, one_of
from pulse.admin.formats import FORMATS, as_person
from pulse.admin.tables import Table
from pulse.admin.talks import ConversationTable, MessageTable, NotificationTable, WorkspaceTable
from pulse.conversations.models import Conversation, Message
from pulse.core.outbox import Outbox
from pulse.core.permissions import Role
from pulse.notifications.models import Notification
from pulse.presence.models import StatusChange
from pulse.presence.rules import DeviceType, Status
from pulse.workspaces.models import Workspace


class UserTable(UserActions):
    about = "Every account. Actions are written to the audit log."
    column_list = ("id", "username", "email", "full_name", "role", "account_status", "created_at")
    column_details_list = (
        *column_list,
        *("email_verified_at", "phone", "time_zone", "status_text"),
        *("visibility", "show_last_seen", "offline_after"),
    )
    column_sortable_list = ("id", "email", "role", "account_status", "created_at")
    column_searchable_list = ("username", "email", "full_name")
    column_filters = (
        one_of(User.role, "Role", Role),
        one_of(User.account_status, "Account", AccountStatus),
        From(User.created_at),
        Until(User.created_at),
    )
    column_labels = {"id": "Number", "account_status": "Account", "email": "E-mail"}
    column_type_formatters = column_type_formatters_detail = FORMATS

    def links(self, row: User) -> list[tuple[str, str]]:
        pages = (("Sessions", "sessions"), ("History", "history"), ("Audit log", "audit"))
        return [(label, self.get_url(f"admin_{slug}.index_view", search=row.id)) for label, slug in pages]

    def search_placeholder(self) -> str:
        return "Part of a username, name or e-mail"

    def get_sortable_columns(self) -> dict[str, Any]:
        """Usernames sort by the index that keeps them unique."""
        return {**super().get_sortable_columns(), "username": func.lower(User.username)}


class SessionTable(SessionActions):
    about = "Every sign-in: who, from where, with what, and whether it still lives."
    column_list = (
        *("id", "user_id", "address", "device_type", "client"),
        *("created_at", "last_used_at", "ended_at", "end_reason"),
    )
    column_details_list = (*column_list, "device_id", "expires_at")
    column_sortable_list = ("id", "user_id")
    column_filters = (SessionState(), one_of(Session.device_type, "Device", DeviceType))
    column_labels = {"id": "Number", "user_id": "User"}
    column_formatters = {"user_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("user_id",)


class HistoryTable(Table):
    about = "Every change of presence that others saw, newest first."
    column_list = ("at", "user_id", "previous", "status", "device_type", "until")
    column_details_list = (*column_list, "epoch", "version")
    column_sortable_list = ("at",)
    column_default_sort = [("at", True), ("id", True)]
    column_filters = (
        one_of(StatusChange.status, "Became", Status),
        one_of(StatusChange.device_type, "Device", DeviceType),
        From(StatusChange.at),
        Until(StatusChange.at),
    )
    column_labels = {"user_id": "User", "status": "Became", "previous": "Was"}
    column_formatters = {"user_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("user_id",)


class AuditTable(Table):
    about = "Who did what to whom. Entries are never changed."
    column_list = column_details_list = ("at", "actor_id", "action", "target_id", "detail")
    column_sortable_list = ("at", "action")
    column_filters = (
        FilterEqual(AuditEntry.action, "Action"),
        From(AuditEntry.at),
        Until(AuditEntry.at),
    )
    column_labels = {"actor_id": "By", "target_id": "Whom"}
    column_formatters = {"actor_id": as_person, "target_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("actor_id", "target_id")


class OutboxTable(Table):
    about = "Events whose durable reactions are still to run. They are tried again until they succeed."
    column_list = ("id", "event_type", "pending", "tries", "created_at", "next_try_at")
    column_details_list = (*column_list, "payload")
    column_sortable_list = ("id", "next_try_at")
    column_labels = {"id": "Number", "event_type": "Event"}
    column_type_formatters = column_type_formatters_detail = FORMATS


def tables() -> list[Any]:
    """All of them, in the order of the menu."""
    return [
        UserTable(User, "Users", "users"),
        SessionTable(Session, "Sessions", "sessions"),
        HistoryTable(StatusChange, "History", "history"),
        AuditTable(AuditEntry, "Audit log", "audit"),
        OutboxTable(Outbox, "Outbox", "outbox"),
        WorkspaceTable(Workspace, "Workspaces", "workspaces"),
        ConversationTable(Conversation, "Conversations", "conversations"),
        MessageTable(Message, "Messages", "messages"),
        NotificationTable(Notification, "Notifications", "notifications"),
    ]
