"""Reads of accounts; they never commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from pulse.accounts import rules
from pulse.accounts.models import ReservedUsername, Session, User
from pulse.accounts.rules import AccountStatus
from pulse.core.batching import batched
from pulse.core.clock import now
from pulse.core.database import LOCK
from pulse.core.permissions import Role
from pulse.extensions import db


class SessionState(NamedTuple):
    """A session, and the account behind it, as they are now."""

    user_id: int
    role: Role
    account_status: AccountStatus
    refresh_jti: str
    ended_at: datetime | None
    expires_at: datetime


def by_username(username: str) -> User | None:
    """The user of this name, whatever its case."""
    return db.session.scalar(select(User).where(func.lower(User.username) == username.lower()))


def by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.lower()))


def by_login(login: str) -> User | None:
    """The user whom somebody means who signs in with a username or an email address."""
    return by_email(rules.as_kept(login)) if "@" in login else by_username(login)


def is_username_taken(username: str) -> bool:
    """Whether a username is used or reserved."""
    name = username.lower()
    used = select(User.id).where(func.lower(User.username) == name).exists()
    reserved = select(ReservedUsername.username).where(ReservedUsername.username == name).exists()
    return bool(db.session.scalar(select(or_(used, reserved))))


def session_state(session_id: int) -> SessionState | None:
    """What decides whether a token still opens doors; None if the session or its user is gone."""
    # SQLite shows what was there at the first reading, and whoever waits must not hold a connection.
    db.session.rollback()
    return _session_states(session_id)


@batched(100)
def _session_states(session_ids: Sequence[int]) -> list[SessionState | None]:
    rows = db.session.execute(_SESSION_STATES, {"ids": list({*session_ids})})
    states = {row[0]: SessionState(*row[1:]) for row in rows}
    return [states.get(session_id) for session_id in session_ids]


# Built once: every request and socket event asks it, and building costs more than asking.
_SESSION_STATES = (
    select(
        *(Session.id, User.id, User.role, User.account_status),
        *(Session.refresh_jti, Session.ended_at, Session.expires_at),
    )
    .join(Session, Session.user_id == User.id)
    .where(Session.id.in_(bindparam("ids", expanding=True)))
)


def live_sessions(user_id: int, *, limit: int, before_id: int | None = None) -> list[Session]:
    """The sessions that a user may still use, newest first, at most `limit`."""
    query = select(Session).where(
        Session.user_id == user_id, Session.ended_at.is_(None), Session.expires_at > now()
    )
    if before_id is not None:
        query = query.where(Session.id < before_id)
    return list(db.session.scalars(query.order_by(Session.id.desc()).limit(limit)))


def count(role: Role | None = None) -> int:
    """How many users there are, of any account status; with a role, how many have it."""
    query = select(func.count()).select_from(User)
    return db.session.scalar(query.where(User.role == role) if role else query) or 0


def lock_active_admins() -> list[int]:
    """The ids of all active admins, whose rows stay as they are until the transaction ends."""
    query = select(User.id).where(User.role == Role.ADMIN, User.account_status == AccountStatus.ACTIVE)
    return list(db.session.scalars(query.order_by(User.id).with_for_update(**LOCK)))
