"""Reads of who has blocked whom; they never commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, tuple_

from pulse.accounts.models import User
from pulse.conversations.models import Block
from pulse.extensions import db


def between(one: Any, other: Any) -> Select[Any]:
    """The blocks of two users, whichever of them made one; ids or columns."""
    return select(Block.blocker_id).where(
        or_(
            and_(Block.blocker_id == one, Block.blocked_id == other),
            and_(Block.blocker_id == other, Block.blocked_id == one),
        )
    )


def is_blocked(one: int, other: int) -> bool:
    """Whether one of two users has blocked the other."""
    return bool(db.session.scalar(select(between(one, other).exists())))


def blocked(user_id: int, before: tuple[datetime, int] | None, limit: int) -> Sequence[tuple[User, datetime]]:
    """Whom a user has blocked, the latest first."""
    query = (
        select(User, Block.created_at)
        .join(Block, Block.blocked_id == User.id)
        .where(Block.blocker_id == user_id)
    )
    if before:
        query = query.where(tuple_(Block.created_at, Block.blocked_id) < before)
    order = (Block.created_at.desc(), Block.blocked_id.desc())
    return db.session.execute(query.order_by(*order).limit(limit)).tuples().all()
