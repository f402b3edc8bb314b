"""Tickets, agents, teams, widgets, canned replies. What is said in tickets is read as anywhere."""

from typing import Any

from pulse.admin.filters import From, Until, one_of
from pulse.admin.formats import FORMATS, as_person
from pulse.admin.tables import Table
from pulse.support.models import Agent, CannedReply, Team, Ticket, Widget
from pulse.support.rules import TicketStatus


def _as_one_of_them(view: Any, context: Any, row: Ticket, name: str) -> str:
    """Customer or agent of a ticket; nobody while it has none."""
    user_id = getattr(row, name)
    return view.name_of(user_id) if user_id else ""


def _as_priority(view: Any, context: Any, row: Ticket, name: str) -> str:
    return str(row.priority)


class TicketTable(Table):
    about = "Every ticket of the desk."
    column_list = (
        *("conversation_id", "subject", "status", "rank", "customer_id", "assignee_id"),
        *("awaits_since", "created_at", "rating"),
    )
    column_details_list = (
        *column_list,
        *("room", "description", "team_id", "widget_id", "queued_at", "assigned_at", "first_response_at"),
        *("resolved_at", "closed_at", "snoozed_until", "response_due_at", "resolution_due_at"),
        *("targets_told", "rating_comment"),
    )
    column_sortable_list = ("conversation_id",)
    column_filters = (
        one_of(Ticket.status, "Status", TicketStatus),
        From(Ticket.created_at),
        Until(Ticket.created_at),
    )
    column_labels = {
        "conversation_id": "Number",
        "rank": "Priority",
        "customer_id": "Customer",
        "assignee_id": "Agent",
        "awaits_since": "Waits since",
        "team_id": "Team",
        "widget_id": "Widget",
    }
    column_default_sort = ("conversation_id", True)
    column_formatters = {
        "customer_id": _as_one_of_them,
        "assignee_id": _as_one_of_them,
        "rank": _as_priority,
    }
    column_formatters_detail = column_formatters
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("customer_id", "assignee_id")

    def links(self, row: Ticket) -> list[tuple[str, str]]:
        url = self.get_url("admin_conversations.details_view", id=row.conversation_id)
        return [("Conversation", url)]


class AgentTable(Table):
    about = "Everybody who answers customers. Their settings are on the desk's team page."
    column_list = ("user_id", "is_available", "load", "capacity", "last_assigned_at", "created_at")
    column_details_list = column_list
    column_sortable_list = ("user_id", "load")
    column_default_sort = ("user_id", True)
    column_labels = {"user_id": "Agent", "load": "Active tickets"}
    column_formatters = column_formatters_detail = {"user_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("user_id",)


class TeamTable(Table):
    about = "Teams and their business hours."
    column_list = ("id", "name", "time_zone", "week", "holidays", "created_at")
    column_details_list = column_list
    column_sortable_list = ("id",)
    column_labels = {"id": "Number", "week": "Hours (minutes after midnight, Monday first)"}
    column_type_formatters = column_type_formatters_detail = FORMATS


class WidgetTable(Table):
    about = "Where visitors come in. Their secrets are on the desk's settings page."
    column_list = ("id", "name", "key", "origins", "team_id", "is_enabled", "created_at")
    column_details_list = column_list
    column_sortable_list = ("id",)
    column_labels = {"id": "Number", "team_id": "Team"}
    column_type_formatters = column_type_formatters_detail = FORMATS


class CannedReplyTable(Table):
    about = "Texts that agents insert by their names."
    column_list = ("id", "name", "body", "created_by_id", "updated_at")
    column_details_list = (*column_list, "created_at")
    column_sortable_list = ("id",)
    column_labels = {"id": "Number", "created_by_id": "Made by"}
    column_formatters = column_formatters_detail = {"created_by_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("created_by_id",)


def tables() -> list[Any]:
    """All of them, in the order of the menu."""
    return [
        TicketTable(Ticket, "Tickets", "tickets"),
        AgentTable(Agent, "Agents", "agents"),
        TeamTable(Team, "Teams", "teams"),
        WidgetTable(Widget, "Widgets", "widgets"),
        CannedReplyTable(CannedReply, "Canned replies", "canned-replies"),
    ]
