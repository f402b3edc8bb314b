"""Tickets, agents, teams, widgets and what belongs to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pulse.core.database import Model, UtcDateTime
from pulse.support.rules import CAPACITY_DEFAULT, RANKS, Priority, TicketStatus

BigId: Any = BigInteger().with_variant(Integer, "sqlite")
IS_WAITING = text("status = 'waiting'")
IS_ACTIVE = text("status = 'active'")


class Team(Model):
    """Agents who answer together, and when they are there (as `hours.parse` reads it)."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    week: Mapped[list[Any]] = mapped_column(JSON, default=list)
    holidays: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Agent(Model):
    """The support half of a user. `load` counts the active tickets assigned to them; it is raised and lowered
    in the statement that assigns and takes away."""

    __tablename__ = "agents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    is_available: Mapped[bool] = mapped_column(default=True)
    capacity: Mapped[int] = mapped_column(default=CAPACITY_DEFAULT)
    load: Mapped[int] = mapped_column(default=0)
    last_assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentSkill(Model):
    """A tag whose tickets an agent may get."""

    __tablename__ = "agent_skills"

    user_id: Mapped[int] = mapped_column(ForeignKey("agents.user_id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class TeamAgent(Model):
    """An agent of a team."""

    __tablename__ = "team_agents"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("agents.user_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Widget(Model):
    """A place on somebody's pages through which visitors write. `key` names it in public; `secret` signs who
    a page's own signed-in customers are."""

    __tablename__ = "widgets"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    secret: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(80))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    origins: Mapped[list[str]] = mapped_column(JSON, default=list)  # whose pages may show it
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Customer(Model):
    """A visitor, and who they are to the pages of a widget: `external_id` once a page has vouched for it."""

    __tablename__ = "customers"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    widget_id: Mapped[int | None] = mapped_column(ForeignKey("widgets.id", ondelete="SET NULL"))
    external_id: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), default="")  # as they or the page say; not verified
    page_url: Mapped[str] = mapped_column(String(2000), default="")
    page_title: Mapped[str] = mapped_column(String(300), default="")
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("widget_id", "external_id"),)


class Ticket(Model):
    """The support half of a support conversation; `room` is its address outside.

    `queued_at` is since when the ticket waits in all: whoever comes back into the queue keeps their place.
    `awaits_since` is the oldest message of the customer that nobody has answered. `answered_at` is the
    assignee's last word since the ticket became theirs.
    """

    __tablename__ = "tickets"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    room: Mapped[str] = mapped_column(String(36), unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    widget_id: Mapped[int | None] = mapped_column(ForeignKey("widgets.id", ondelete="SET NULL"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    given_back_by_id: Mapped[int | None] = mapped_column()
    subject: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    rank: Mapped[int] = mapped_column(default=RANKS[Priority.MEDIUM])
    status: Mapped[TicketStatus] = mapped_column(String(10), default=TicketStatus.WAITING)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    awaits_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    response_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolution_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_look_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)  # of the targets' watch
    targets_told: Mapped[list[str]] = mapped_column(JSON, default=list)  # warnings and breaches already told
    rating: Mapped[int | None] = mapped_column()  # 1 to 5
    rating_comment: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "ix_tickets_waiting", "rank", "queued_at", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
        ),
        Index("ix_tickets_active", "awaits_since", sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE),
        Index("ix_tickets_assignee_id_status", "assignee_id", "status"),
        Index("ix_tickets_status_updated_at", "status", "updated_at", "conversation_id"),
    )

    @property
    def priority(self) -> Priority:
        return Priority.of(self.rank)


class TicketTag(Model):
    __tablename__ = "ticket_tags"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.conversation_id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class TicketEvent(Model):
    """A line of a ticket's history: what changed, from what to what, by whom (None: by itself)."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.conversation_id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    change: Mapped[str] = mapped_column(String(30))
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class TicketNote(Model):
    """What agents tell each other about a ticket; no customer ever sees it."""

    __tablename__ = "ticket_notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.conversation_id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reply(Model):
    """How long a customer waited for one answer: from their first unanswered message to the agent's next."""

    __tablename__ = "replies"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.conversation_id", ondelete="CASCADE"), index=True
    )
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    seconds: Mapped[float] = mapped_column(Float)  # within business hours

    __table_args__ = (Index("ix_replies_agent_id_answered_at", "agent_id", "answered_at"),)


class CannedReply(Model):
    """A text that agents insert by `/name`."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    body: Mapped[str] = mapped_column(Text)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetTimes(Model):
    """What is promised for a priority, where it differs from `rules.TARGETS`: minutes of business time."""

    __tablename__ = "target_times"

    priority: Mapped[Priority] = mapped_column(String(10), primary_key=True)
    first_response: Mapped[int] = mapped_column()
    resolution: Mapped[int] = mapped_column()
