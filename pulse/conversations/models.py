"""Conversations, who is in them, and what was said."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.rules import MessageKind
from pulse.conversations.words import JOINERS
from pulse.core.database import Model, UtcDateTime

BigId: Any = BigInteger().with_variant(Integer, "sqlite")
IS_PINNED = text("pinned_at IS NOT NULL")
HAS_CONTENT = "deleted_at IS NULL AND kind <> 'event'"
IS_PUBLIC = text("kind = 'channel' AND NOT is_private")


class Conversation(Model):
    """Anything people talk in.

    `last_seq` numbers its messages 1, 2, 3 without a gap; `last_rev` counts every change of a message, and
    each message carries the number of its latest one.
    """

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(10))
    workspace_id: Mapped[int | None] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80), default="")
    topic: Mapped[str] = mapped_column(String(500), default="")
    is_private: Mapped[bool] = mapped_column(default=True)
    # Direct: the two users, lower id first. No keys, so that the pair outlives one of them.
    low_id: Mapped[int | None] = mapped_column()
    high_id: Mapped[int | None] = mapped_column(index=True)
    is_mutual: Mapped[bool] = mapped_column(default=False)  # direct: both have written
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)  # last message, or creation
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retention_days: Mapped[int | None] = mapped_column()  # None: messages are kept
    last_seq: Mapped[int] = mapped_column(default=0)
    last_rev: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        Index("ix_conversations_workspace_id_kind", "workspace_id", "kind"),
        # Private names are nobody else's business, so they may repeat.
        Index(
            "uq_conversations_public_name",
            "workspace_id",
            func.lower(name),
            unique=True,
            sqlite_where=IS_PUBLIC,
            postgresql_where=IS_PUBLIC,
        ),
        {"sqlite_autoincrement": True},  # an id, once used, never names another one: sockets are in its room
    )


class Member(Model):
    """A user in a conversation, and how far they have read."""

    __tablename__ = "members"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_seq: Mapped[int] = mapped_column(default=0)
    delivered_seq: Mapped[int] = mapped_column(default=0)
    notify: Mapped[Notify] = mapped_column(String(10))

    __table_args__ = (Index("ix_members_user", "user_id", "conversation_id"),)


def searched(body: Any) -> Any:
    """What PostgreSQL's search looks at: the words of a text, apart from what joins them."""
    blanks = " " * len(JOINERS)
    return func.to_tsvector(text("'simple'"), func.translate(body, text(f"'{JOINERS}'"), text(f"'{blanks}'")))


class Message(Model):
    """One message. A deleted one keeps its number and loses its content."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column()
    rev: Mapped[int] = mapped_column()
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    client_id: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[MessageKind] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[int]] = mapped_column(JSON)  # ids of users
    mentions_all: Mapped[bool] = mapped_column(default=False)
    reply_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pinned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("sender_id", "client_id"),
        Index("ix_messages_conversation_id_rev", "conversation_id", "rev"),
        Index("ix_messages_created_at", "created_at"),
        Index("ix_messages_sender_id_created_at", "sender_id", "created_at"),
        Index(
            "ix_messages_content",
            *("conversation_id", "created_at"),
            sqlite_where=text(HAS_CONTENT),
            postgresql_where=text(HAS_CONTENT),
        ),
        Index("ix_messages_pinned", "conversation_id", sqlite_where=IS_PINNED, postgresql_where=IS_PINNED),
        # SQLite has a table `message_search` instead, kept by triggers (migration 0003).
        Index("ix_messages_search", searched(body), postgresql_using="gin").ddl_if(dialect="postgresql"),
        {"sqlite_autoincrement": True},
    )


class Revision(Model):
    """What a message said before an edit."""

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Reaction(Model):
    """An emoji of a user on a message."""

    __tablename__ = "reactions"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    emoji: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_reactions_user_id", "user_id"),)


class Attachment(Model):
    """An uploaded file. Its row outlives message and conversation until a job has deleted the file."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uploader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    stored_name: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column()  # bytes
    width: Mapped[int | None] = mapped_column()  # of an image, pixels
    height: Mapped[int | None] = mapped_column()
    thumbnail_name: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Block(Model):
    """Somebody who does not want to be written to by somebody else."""

    __tablename__ = "blocks"

    blocker_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_blocks_blocked_id", "blocked_id"),)
