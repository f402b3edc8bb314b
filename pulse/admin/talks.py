"""Workspaces and what is said in them. What is private is shown once it is noted who reads it."""

from collections.abc import Iterable
from typing import Any

from flask import flash, g, redirect, request
from flask_admin.base import expose
from sqlalchemy import select

from pulse.accounts import service
from pulse.admin.filters import From, Until, one_of
from pulse.admin.formats import FORMATS, as_person
from pulse.admin.tables import Table
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Conversation, Message
from pulse.conversations.queries import messages
from pulse.conversations.rules import MessageKind, snippet
from pulse.core.http import identity
from pulse.core.pagination import cut
from pulse.extensions import db
from pulse.notifications.models import Notification
from pulse.notifications.rules import NoticeKind
from pulse.workspaces.models import Workspace

PAGE = 50  # messages shown at once
REASON = 200  # characters


def _as_half(view: Any, context: Any, row: Conversation, name: str) -> str:
    """One of the two of a direct conversation; nobody in any other."""
    user_id = getattr(row, name)
    return view.name_of(user_id) if user_id else ""


def _as_said(view: Any, context: Any, row: Message, name: str) -> str:
    """What a message says in a public channel."""
    return snippet(row.body) if row.conversation_id in g.admin_public else "(private)"


class WorkspaceTable(Table):
    about = "Every workspace."
    column_list = ("id", "name", "description", "created_by_id", "created_at")
    column_details_list = column_list
    column_sortable_list = ("id",)
    column_filters = (From(Workspace.created_at), Until(Workspace.created_at))
    column_labels = {"id": "Number", "created_by_id": "Made by"}
    column_formatters = {"created_by_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("created_by_id",)


class ConversationTable(Table):
    about = "Every conversation. Reading what is said in private ones is noted in the audit log."
    column_list = (
        *("id", "kind", "workspace_id", "name", "is_private", "last_seq"),
        *("created_by_id", "created_at", "updated_at"),
    )
    column_details_list = (*column_list, "topic", "archived_at", "retention_days", "low_id", "high_id")
    column_sortable_list = ("id",)
    column_filters = (one_of(Conversation.kind, "Kind", Kind), From(Conversation.created_at))
    column_labels = {
        "id": "Number",
        "workspace_id": "Workspace",
        "last_seq": "Messages",
        "created_by_id": "Made by",
        "low_id": "Between",
        "high_id": "and",
    }
    column_formatters = {"created_by_id": as_person, "low_id": _as_half, "high_id": _as_half}
    column_formatters_detail = column_formatters
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("created_by_id", "low_id", "high_id")
    details_template = "admin/conversation.html"

    @expose("/read/", methods=("POST",))
    def read_view(self) -> Any:
        """Show what is said, once the audit log says who reads it and why."""
        conversation = self.get_one(request.form.get("id", ""))
        if conversation is None:
            flash("There is no such conversation.", "error")
            return redirect(self.get_url(".index_view"))
        reason = " ".join(request.form.get("reason", "").replace("\0", "").split())[:REASON]
        before = request.form.get("before", "")
        if not reason:
            flash("Say why you read it.", "error")
            return redirect(self.get_url(".details_view", id=conversation.id))
        seq = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
        number = conversation.id
        detail = f"conversation {number}: {reason}"
        service.audit(identity().user_id, "read_conversation", None, detail)
        conversation = self.get_one(str(number))
        found, last = cut(messages.before(number, seq, PAGE + 1)[::-1], PAGE)
        return self.render(
            "admin/read.html",
            conversation=conversation,
            views=messages.views(found[::-1]),
            reason=reason,
            before=last.seq if last else None,
            return_url=self.get_url(".details_view", id=number),
        )


class MessageTable(Table):
    about = "Every message. What is said in private shows only where it is read, with a reason."
    column_list = ("id", "conversation_id", "seq", "kind", "sender_id", "body", "created_at", "deleted_at")
    column_details_list = (*column_list, "edited_at", "pinned_at", "reply_to_id")
    column_sortable_list = ("id",)
    column_filters = (
        one_of(Message.kind, "Kind", MessageKind),
        From(Message.created_at),
        Until(Message.created_at),
    )
    column_labels = {"id": "Number", "conversation_id": "Conversation", "sender_id": "By", "body": "Text"}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("sender_id",)

    column_formatters = {"sender_id": as_person, "body": _as_said}
    column_formatters_detail = column_formatters

    def _remember_names(self, rows: Iterable[Message]) -> None:
        super()._remember_names(rows)
        ids = {row.conversation_id for row in rows}
        public = select(Conversation.id).where(
            Conversation.id.in_(ids), Conversation.kind == Kind.CHANNEL, ~Conversation.is_private
        )
        g.admin_public = set(db.session.scalars(public)) if ids else set()

    def links(self, row: Message) -> list[tuple[str, str]]:
        url = self.get_url("admin_conversations.details_view", id=row.conversation_id)
        return [("Conversation", url)]


class NotificationTable(Table):
    about = "What was brought to people's notice. What it is about shows where that is read."
    column_list = ("id", "user_id", "kind", "actor_id", "count", "conversation_id", "updated_at", "read_at")
    column_details_list = (*column_list, "created_at", "mailed_at")
    column_sortable_list = ("id",)
    column_filters = (
        one_of(Notification.kind, "Kind", NoticeKind),
        From(Notification.updated_at),
        Until(Notification.updated_at),
    )
    column_labels = {
        "id": "Number",
        "user_id": "For",
        "actor_id": "By",
        "count": "Times",
        "conversation_id": "Conversation",
    }
    column_formatters = {"user_id": as_person, "actor_id": as_person}
    column_formatters_detail = column_formatters
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("user_id", "actor_id")
