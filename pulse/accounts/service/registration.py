"""Registration and verification of addresses. Known and unknown ones look the same from outside."""

from pulse.accounts import passwords, queries, rules, signing
from pulse.accounts.events import (
    AccountStatusChanged,
    RegistrationRepeated,
    UserRegistered,
    VerificationRequested,
)
from pulse.accounts.models import ReservedUsername, User
from pulse.accounts.rules import AccountStatus
from pulse.accounts.service.uniqueness import retry
from pulse.core.clock import now
from pulse.core.database import LOCK
from pulse.core.errors import Conflict, PulseError
from pulse.core.events import publish, transaction


def register(
    username: str,
    email: str,
    password: str,
    *,
    full_name: str = "",
    first_name: str = "",
    last_name: str = "",
    phone: str = "",
) -> None:
    """Make a pending account, whose owner gets a link by mail. Arguments are clean (see `rules`).

    With an address that is known already nothing is made: its owner is told, and the username is reserved,
    since it would otherwise still be free, and tell. While nobody verified the address, it is not known whose
    password is the owner's: then there is none until one is set by a mailed code. Raises Conflict
    (username_taken).
    """
    password_hash = passwords.hash_password(password)

    def attempt() -> None:
        with transaction() as session:
            if queries.is_username_taken(username):
                raise Conflict("This username is taken.", code="username_taken")
            owner = queries.by_email(email)
            if owner is not None:
                session.add(ReservedUsername(username=username.lower(), reserved_at=now()))
                if owner.email_verified_at is None:
                    owner.password_hash = None
                publish(RegistrationRepeated(owner.id))
                return
            user = User(
                username=username,
                email=email,
                password_hash=password_hash,
                full_name=full_name or rules.join_names(first_name, last_name),
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                created_at=now(),
            )
            session.add(user)
            session.flush()
            publish(UserRegistered(user.id))

    retry(attempt)


def request_verification(email: str) -> None:
    """Mail the link once more, if there is somebody at this address who needs it."""
    with transaction():
        publish(VerificationRequested(email))


def verify_email(token: str) -> None:
    """Open the account of whoever got this link; a second time changes nothing.

    Raises PulseError (invalid_token) for a link that is not ours, too old, or for an address given up since.
    """
    found = signing.read_verification_token(token)
    with transaction() as session:
        user = session.get(User, found[0], with_for_update=LOCK) if found else None
        if user is None or found is None or user.email != found[1]:
            raise PulseError("This link is not valid, or it is too old.", code="invalid_token")
        confirm_email(user)


def confirm_email(user: User) -> None:
    """Note, inside a transaction, that an address is its user's; a pending account becomes active."""
    if user.email_verified_at is None:
        user.email_verified_at = now()
    if user.account_status == AccountStatus.PENDING:
        user.account_status = AccountStatus.ACTIVE
        publish(AccountStatusChanged(user.id, AccountStatus.ACTIVE, AccountStatus.PENDING))
