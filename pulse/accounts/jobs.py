"""Periodic jobs of accounts."""

from sqlalchemy import delete, or_

from pulse.accounts.models import LoginCode, ReservedUsername, Session, User
from pulse.accounts.rules import CODES_ARE_KEPT, ENDED_SESSIONS_ARE_KEPT, UNVERIFIED_LIVES, AccountStatus
from pulse.core.clock import now
from pulse.core.events import transaction


def clean_up() -> None:
    """Job: drop accounts whose address nobody verified, reserved usernames, spent codes, sessions long gone.

    Accounts and reservations go at the same age, so that a free username tells nothing about an address.
    """
    unverified, gone = now() - UNVERIFIED_LIVES, now() - ENDED_SESSIONS_ARE_KEPT
    with transaction() as session:
        session.execute(
            delete(User).where(
                User.account_status == AccountStatus.PENDING,
                User.email_verified_at.is_(None),
                User.created_at < unverified,
            )
        )
        session.execute(delete(ReservedUsername).where(ReservedUsername.reserved_at < unverified))
        session.execute(delete(LoginCode).where(LoginCode.issued_at < now() - CODES_ARE_KEPT))
        session.execute(delete(Session).where(or_(Session.ended_at < gone, Session.expires_at < gone)))
