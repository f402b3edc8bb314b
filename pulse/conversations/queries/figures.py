"""Figures for operators. They look at conversations only: messages are too many to be counted each time."""

from sqlalchemy import func, select

from pulse.conversations.models import Conversation
from pulse.extensions import db


def count_conversations() -> int:
    """How many conversations there are, of all kinds."""
    return db.session.scalar(select(func.count()).select_from(Conversation)) or 0


def count_messages() -> int:
    """How many messages there are, deleted ones included: they keep their number, and there is no gap."""
    return db.session.scalar(select(func.coalesce(func.sum(Conversation.last_seq), 0))) or 0
