"""The lines of the feed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from pulse.activity.rules import SUBJECT_MAX, ActivityType
from pulse.core.database import Model, UtcDateTime

BigId: Any = BigInteger().with_variant(Integer, "sqlite")


class Activity(Model):
    """Something that happened in a workspace, or several things alike that share a `key`, and their `count`.

    `ref_id` is the latest message, or the conversation, user, invitation or workspace that it is about. The
    sentence is made when it is read, since people change their names, and go.
    """

    __tablename__ = "activities"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    workspace_id: Mapped[int] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    type: Mapped[ActivityType] = mapped_column(String(30))
    ref_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX), default="")  # a name as it was then
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    count: Mapped[int] = mapped_column(default=1)
    first_seq: Mapped[int | None] = mapped_column()  # of the messages of a line
    last_seq: Mapped[int | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_activities_workspace_id_created_at", "workspace_id", "created_at", "id"),)
