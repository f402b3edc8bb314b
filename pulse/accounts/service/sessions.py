"""Sessions: one sign-in each, with a family of refresh tokens of which only the newest is good."""

from uuid import uuid4

from sqlalchemy import update

from pulse.accounts import policy
from pulse.accounts.events import SessionsEnded, SignedIn
from pulse.accounts.models import Session, User
from pulse.accounts.rules import REFRESH_LIVES
from pulse.core.clock import now
from pulse.core.errors import NotFound, NotSignedIn
from pulse.core.events import publish, transaction


def sign_in(
    user: User, *, address: str = "", client: str = "", device_id: str | None = None, device_type: str = "api"
) -> Session:
    """Begin a session; who the user is was checked before.

    Raises Forbidden unless the account is active, NotSignedIn if its password was changed since the check:
    whoever knew the old one must not come in after that has ended all sessions.
    """
    user_id, password_hash = user.id, user.password_hash
    with transaction() as session:
        holder = session.get_one(User, user_id, with_for_update={"read": True})
        policy.check_status(holder.account_status)
        if holder.password_hash != password_hash:
            raise NotSignedIn(
                "The password has just been changed. Sign in again.", code="invalid_credentials"
            )
        begun = Session(
            user_id=user_id,
            refresh_jti=str(uuid4()),
            address=address[:64],
            client=client[:300].replace("\0", ""),
            device_id=device_id,
            device_type=device_type,
            created_at=now(),
            last_used_at=now(),
            expires_at=now() + REFRESH_LIVES,
        )
        session.add(begun)
        session.flush()
        publish(SignedIn(user_id, begun.id, device_id, device_type))
    return begun


def rotate(session_id: int, refresh_jti: str) -> tuple[User, Session]:
    """Trade the newest refresh token of a session for the next one, whose id is then `refresh_jti`.

    An older token has been stolen or copied: the session ends. Raises NotSignedIn (refresh_reused,
    session_ended), Forbidden.
    """
    with transaction() as session:
        held = session.get(Session, session_id, with_for_update=True)
        if held is None:
            raise NotSignedIn("The session has ended. Sign in again.", code="session_ended")
        user = session.get_one(User, held.user_id)
        policy.check_status(user.account_status)
        if held.ended_at is not None or held.expires_at <= now():
            raise NotSignedIn("The session has ended. Sign in again.", code="session_ended")
        is_newest = held.refresh_jti == refresh_jti
        if is_newest:
            held.refresh_jti, held.last_used_at = str(uuid4()), now()
            held.expires_at = now() + REFRESH_LIVES
        else:
            end_sessions(held.user_id, "reuse", only=session_id)
    if not is_newest:
        raise NotSignedIn(
            "This refresh token was used before, so the session has ended. Sign in again.",
            code="refresh_reused",
        )
    return user, held


def touch(session_id: int) -> None:
    """Note that a session is in use."""
    with transaction() as session:
        session.execute(update(Session).where(Session.id == session_id).values(last_used_at=now()))


def end_session(user_id: int, session_id: int) -> None:
    """End one of the user's own sessions. Raises NotFound."""
    if not end_sessions(user_id, "revoked", only=session_id):
        raise NotFound("You have no such session.")


def end_sessions(user_id: int, reason: str, *, only: int | None = None, keep: int | None = None) -> list[int]:
    """End a user's sessions, all or `only` one or all but the one to `keep`; returns the ids of those ended.

    Reasons: sign_out, revoked, password, reuse, admin, suspended, banned, pending.
    """
    live = update(Session).where(Session.user_id == user_id, Session.ended_at.is_(None))
    if only is not None:
        live = live.where(Session.id == only)
    if keep is not None:
        live = live.where(Session.id != keep)
    with transaction() as session:
        ended = list(session.scalars(live.values(ended_at=now(), end_reason=reason).returning(Session.id)))
        if ended:
            publish(SessionsEnded(user_id, ended))
    return ended
