"""What admins do to accounts. Every action is in the audit log, in the same transaction."""

import secrets

from pulse.accounts import passwords, policy, queries, rules
from pulse.accounts.events import AccountStatusChanged, ProfileChanged, RoleChanged, UserRegistered
from pulse.accounts.models import AuditEntry, User
from pulse.accounts.rules import AccountStatus
from pulse.accounts.service.sessions import end_sessions
from pulse.accounts.service.uniqueness import retry
from pulse.core.clock import now
from pulse.core.database import LOCK
from pulse.core.errors import Conflict, InvalidInput, NotFound
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role
from pulse.extensions import db


def audit(actor_id: int | None, action: str, target_id: int | None, detail: str = "") -> None:
    """Note who did what to whom. `actor_id` None: somebody at the server's command line."""
    with transaction() as session:
        session.add(
            AuditEntry(at=now(), actor_id=actor_id, action=action, target_id=target_id, detail=detail)
        )


def set_account_status(actor_id: int | None, user_id: int, status: AccountStatus | str) -> User:
    """Suspend, ban, reactivate; whoever is not active is signed out everywhere.

    Raises NotFound, Conflict (last_admin).
    """
    status = AccountStatus(status)
    with transaction() as session:
        admins = queries.lock_active_admins()
        user = session.get(User, user_id, with_for_update=LOCK)
        if user is None:
            raise NotFound("There is no such user.")
        previous = AccountStatus(user.account_status)
        if status is previous:
            return user
        if status is AccountStatus.ACTIVE:
            user.email_verified_at = user.email_verified_at or now()  # an admin vouches for it
        else:
            policy.check_not_last_admin(user_id, admins)
            end_sessions(user_id, status)
        user.account_status = status
        publish(AccountStatusChanged(user_id, status, previous))
        audit(actor_id, "account_status", user_id, f"{previous} -> {status}")
    return user


def set_role(actor_id: int | None, user_id: int, role: Role | str) -> User:
    """Change what a user may do. Raises NotFound, Conflict (last_admin), InvalidInput (visitors)."""
    role = Role(role)
    with transaction() as session:
        admins = queries.lock_active_admins()
        user = session.get(User, user_id, with_for_update=LOCK)
        if user is None:
            raise NotFound("There is no such user.")
        previous = Role(user.role)
        if role is previous:
            return user
        policy.check_role_change(user, role)
        policy.check_not_last_admin(user_id, admins)
        user.role = role
        publish(RoleChanged(user_id))
        publish(ProfileChanged(user_id))
        audit(actor_id, "role", user_id, f"{previous} -> {role}")
    return user


def create_visitor() -> User:
    """Make, inside a transaction, an account for somebody who came through a widget: no way to sign in."""
    user = User(
        username=f"visitor-{secrets.token_hex(6)}",
        role=Role.VISITOR,
        account_status=AccountStatus.ACTIVE,
        created_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    publish(UserRegistered(user.id))
    return user


def create_user(
    username: str,
    email: str,
    password: str,
    *,
    role: Role = Role.USER,
    active: bool = True,
    full_name: str = "",
) -> User:
    """Make an account without asking its owner (operators, demo). Raises InvalidInput, Conflict."""
    try:
        username, email = rules.clean_username(username), rules.clean_email(email)
        rules.clean_password(password, username, email)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    password_hash = passwords.hash_password(password)

    def attempt() -> User:
        with transaction() as session:
            if queries.is_username_taken(username):
                raise Conflict("This username is taken.", code="username_taken")
            if queries.by_email(email) is not None:
                raise Conflict("This email address has an account.", code="email_taken")
            user = User(
                username=username,
                email=email,
                password_hash=password_hash,
                role=role,
                account_status=AccountStatus.ACTIVE if active else AccountStatus.PENDING,
                full_name=full_name,
                created_at=now(),
                email_verified_at=now() if active else None,
            )
            session.add(user)
            session.flush()
            publish(UserRegistered(user.id))
        return user

    return retry(attempt)
