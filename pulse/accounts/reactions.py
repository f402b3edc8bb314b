"""What accounts do when something happened to them."""

from pulse.accounts import mails, queries, rules, signing
from pulse.accounts.events import (
    CodeRequested,
    RegistrationRepeated,
    RoleChanged,
    SessionsEnded,
    UserRegistered,
    VerificationRequested,
)
from pulse.accounts.models import LoginCode, User
from pulse.accounts.rules import AccountStatus
from pulse.core import realtime
from pulse.core.clock import now
from pulse.core.context import settings
from pulse.core.permissions import Role
from pulse.extensions import db


def send_verification(event: UserRegistered) -> None:
    """Mail a new user the link that verifies the address."""
    _send_link(db.session.get(User, event.user_id))


def resend_verification(event: VerificationRequested) -> None:
    """Mail the link again, if there is an account at this address that waits for it."""
    _send_link(queries.by_email(event.email))


def send_known_notice(event: RegistrationRepeated) -> None:
    """Tell the owner of an address that somebody tried to register with it."""
    user = db.session.get(User, event.user_id)
    if user is None or user.email is None or user.role == Role.VISITOR:
        return
    link = _link(user) if user.account_status == AccountStatus.PENDING else None
    mails.send(user.email, "You have an account already", "known", username=user.username, link=link)


def send_code(event: CodeRequested) -> None:
    """Mail the code that this address has now, if somebody is there who may use it."""
    user = queries.by_email(event.email)
    row = db.session.get(LoginCode, signing.email_digest(event.email))
    if user is None or row is None or not rules.is_code_current(row.issued_at, row.used_at, now()):
        return
    if user.role == Role.VISITOR or user.account_status not in (AccountStatus.ACTIVE, AccountStatus.PENDING):
        return
    code = signing.login_code(event.email, row.nonce)
    is_new = user.email_verified_at is None
    mails.send(event.email, "Your sign-in code", "code", username=user.username, code=code, is_new=is_new)


def cut_sessions(event: SessionsEnded) -> None:
    """End the live sockets of ended sessions, on every process."""
    for session_id in event.session_ids:
        realtime.disconnect(f"session:{session_id}")


def check_sockets(event: RoleChanged) -> None:
    """The live sockets of somebody in another role do no more than that allows, on every process."""
    realtime.check_sockets(event.user_id)


def _send_link(user: User | None) -> None:
    if user is not None and user.email and user.account_status == AccountStatus.PENDING:
        mails.send(
            user.email, "Verify your email address", "verify", username=user.username, link=_link(user)
        )


def _link(user: User) -> str:
    return f"{settings().site}/api/verify-email/{signing.verification_token(user.id, user.email or '')}/"
