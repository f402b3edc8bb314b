"""Passwords and mailed codes: does somebody who wants to sign in know the secret?"""

import secrets
from hmac import compare_digest

from pulse.accounts import passwords, policy, queries, rules, signing
from pulse.accounts.events import CodeRequested
from pulse.accounts.models import LoginCode, User
from pulse.accounts.rules import AccountStatus
from pulse.accounts.service.registration import confirm_email
from pulse.accounts.service.sessions import end_sessions
from pulse.accounts.service.uniqueness import retry
from pulse.core.clock import now
from pulse.core.database import LOCK
from pulse.core.errors import InvalidInput, NotSignedIn
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role
from pulse.extensions import db


def check_password(login: str, password: str) -> User:
    """The user who signs in with a username or email address and a password.

    Raises NotSignedIn (invalid_credentials), the same after the same work for whoever is unknown, unverified
    or wrong; Forbidden (account_suspended, account_banned) to whoever knows the password.
    """
    user = queries.by_login(login)
    user_id = password_hash = None
    if user is not None and user.account_status != AccountStatus.PENDING and user.role != Role.VISITOR:
        user_id, password_hash = user.id, user.password_hash
    db.session.rollback()  # hashing takes long: hold no connection meanwhile
    is_right = passwords.is_right(password_hash, password)
    user = db.session.get(User, user_id) if is_right else None
    if user is None or user.password_hash != password_hash:  # changed meanwhile
        raise NotSignedIn(
            "Username or password is wrong. If you registered just now, verify your email first, "
            "or sign in with a code.",
            code="invalid_credentials",
        )
    policy.check_status(user.account_status)
    return user


def change_password(user_id: int, session_id: int, current: str, new: str) -> None:
    """Set a new password and end the user's other sessions.

    Raises InvalidInput (wrong_password, or a new one that may not be).
    """
    user = db.session.get_one(User, user_id)
    _check_new(new, user)
    password_hash = user.password_hash
    db.session.rollback()
    wrong = "The current password is wrong."
    refusal = InvalidInput(wrong, code="wrong_password", errors={"current_password": [wrong]})
    if not passwords.is_right(password_hash, current):
        raise refusal
    new_hash = passwords.hash_password(new)
    with transaction() as session:
        user = session.get_one(User, user_id, with_for_update=LOCK)
        if user.password_hash != password_hash:  # changed meanwhile
            raise refusal
        user.password_hash = new_hash
        end_sessions(user_id, "password", keep=session_id)


def request_code(email: str) -> None:
    """Make a code that a job mails if somebody is there; every address leaves the same trace.

    It replaces the one before. Wrong tries stay counted.
    """

    def attempt() -> None:
        with transaction() as session:
            row = session.get(LoginCode, signing.email_digest(email), with_for_update=True)
            if row is None:
                row = LoginCode(email_digest=signing.email_digest(email), tries=0)
                session.add(row)
            row.nonce, row.issued_at, row.used_at = secrets.token_hex(16), now(), None
            publish(CodeRequested(email))

    retry(attempt)


def check_code(email: str, code: str) -> User:
    """The user who signs in with a mailed code, which is used up by that and verifies the address.

    Raises NotSignedIn (invalid_code), the same for a code that is wrong, old or used, for too many tries and
    for unknown addresses; Forbidden (account_suspended, account_banned) to whoever knows the code.
    """
    with transaction():
        user = _owner(email, code)
    return _admit(user)


def reset_password(email: str, code: str, new: str) -> User:
    """Set a new password by a mailed code, end all sessions; the user, who then signs in.

    A code that is wrong looks and costs the same for every address. Raises what `check_code` raises, and
    InvalidInput for a password that may not be; the code stays good then.
    """
    new_hash = passwords.hash_password(new)
    with transaction():
        user = _owner(email, code)
        if user is not None and user.account_status == AccountStatus.ACTIVE:
            _check_new(new, user)
            user.password_hash = new_hash
            end_sessions(user.id, "password")
    return _admit(user)


def _check_new(password: str, user: User) -> None:
    try:
        rules.clean_password(password, user.username, user.email or "")
    except ValueError as error:
        raise InvalidInput(str(error), errors={"new_password": [str(error)]}) from None


def _admit(owner: User | None) -> User:
    if owner is None:
        raise NotSignedIn(
            "The code is wrong, too old or used, or there were too many tries. Ask for a new one; "
            "after five wrong tries wait 15 minutes.",
            code="invalid_code",
        )
    policy.check_status(owner.account_status)
    return owner


def _owner(email: str, code: str) -> User | None:
    """Who reads the mail of an address, inside a transaction: the right code is used up and verifies it."""
    user = queries.by_email(email) if _use_code(email, code) else None
    if user is None or user.role == Role.VISITOR:
        return None
    db.session.refresh(user, with_for_update=LOCK)
    if user.email_verified_at is None:
        user.password_hash = None  # of whoever registered the address, who need not be its owner
    confirm_email(user)
    return user


def _use_code(email: str, code: str) -> bool:
    """Use the code up if it is right, count the try if it is wrong (inside a transaction)."""
    row = db.session.get(LoginCode, signing.email_digest(email), with_for_update=True)
    if row is None or rules.is_code_locked(row.tries, row.first_try_at, now()):
        return False
    expected = signing.login_code(email, row.nonce)
    if compare_digest(code, expected) and rules.is_code_current(row.issued_at, row.used_at, now()):
        row.used_at, row.tries, row.first_try_at = now(), 0, None
        return True
    if rules.is_lock_over(row.first_try_at, now()):
        row.tries, row.first_try_at = 0, now()
    row.tries += 1
    return False
