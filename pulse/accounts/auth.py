"""Who is asking: from a header or from cookies, with silent renewal.

A client that uses cookies never needs to refresh: while its refresh cookie is good, the answer to any request
carries a new access cookie when the old one is gone or has expired. The refresh token stays as it is then, so
that parallel requests of one browser do not end each other's session; only `POST /api/refresh/` rotates it.
"""

import hmac

from flask import after_this_request, g, request

from pulse.accounts import policy, queries, service, tokens
from pulse.accounts.models import User
from pulse.accounts.tokens import ACCESS_COOKIE, CSRF_HEADER, REFRESH_COOKIE, Claims
from pulse.core.clock import now
from pulse.core.errors import Forbidden, NotSignedIn, PulseError
from pulse.core.http import SAFE_METHODS
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db


def authenticate_request(check_session: bool) -> Identity:
    """Who sends the request at hand. See `core.ports.authenticate_request`."""
    token = bearer()
    if token is not None:
        return _identify(tokens.read(token, "access"), check_session)
    claims = _access_cookie()
    if claims is None:
        return _renew()
    check_csrf(claims)
    return _identify(claims, check_session)


def authenticate_token(token: str) -> Identity:
    """Who holds an access token, its session checked. Raises NotSignedIn, Forbidden."""
    return _identify(tokens.read(token, "access"), check_session=True)


def recheck(identity: Identity) -> Identity:
    """The same person as they are now. Raises NotSignedIn, Forbidden."""
    return _check_session(identity.user_id, identity.session_id)


def bearer() -> str | None:
    """The token in the Authorization header (Bearer or Token), or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "token") else None


def check_csrf(claims: Claims) -> None:
    """Refuse an unsafe request that relies on cookies and does not prove that it read them.

    A form that passed Flask-WTF's check (`g.csrf_valid`) has proved it. Raises Forbidden (csrf_failed).
    """
    if request.method in SAFE_METHODS or g.get("csrf_valid"):
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), claims.csrf.encode()):
        raise Forbidden(f"{CSRF_HEADER} must repeat the cookie csrf_access_token.", code="csrf_failed")


def _access_cookie() -> Claims | None:
    try:
        return tokens.read(request.cookies.get(ACCESS_COOKIE, ""), "access")
    except NotSignedIn:
        return None


def _identify(claims: Claims, check_session: bool) -> Identity:
    if check_session:
        return _check_session(claims.user_id, claims.session_id)
    return Identity(claims.user_id, claims.session_id, claims.role or Role.VISITOR)


def _check_session(user_id: int, session_id: int, refresh_jti: str | None = None) -> Identity:
    state = queries.session_state(session_id)
    if state is None or state.user_id != user_id:
        raise NotSignedIn("The session has ended. Sign in again.", code="session_ended")
    policy.check_status(state.account_status)  # first: it is why the session has ended
    if state.ended_at is not None or state.expires_at <= now():
        raise NotSignedIn("The session has ended. Sign in again.", code="session_ended")
    if refresh_jti is not None and state.refresh_jti != refresh_jti:
        raise NotSignedIn("The refresh token was used already.", code="token_expired")
    return Identity(user_id, session_id, Role(state.role))


def _renew() -> Identity:
    cookie = request.cookies.get(REFRESH_COOKIE)
    if not cookie:
        raise NotSignedIn(
            "Send the token in the Authorization header: URLs end up in logs."
            if "token" in request.args
            else "Sign in first."
        )
    claims = tokens.read(cookie, "refresh")
    check_csrf(claims)
    identity = _check_session(claims.user_id, claims.session_id, claims.jti)
    service.touch(identity.session_id)
    user = db.session.get(User, identity.user_id)
    if user is not None:
        fresh = tokens.issue(user, identity.session_id)
        after_this_request(lambda response: tokens.set_cookies(response, fresh))
    return identity


def claims_to_end() -> Claims | None:
    """The session that a request to sign out means, however old its tokens are; None if it means none."""
    token = bearer()
    if token is not None:
        return _or_none(token, "access")
    access = _or_none(request.cookies.get(ACCESS_COOKIE, ""), "access")
    claims = access or _or_none(request.cookies.get(REFRESH_COOKIE, ""), "refresh")
    if claims is not None:
        check_csrf(claims)
    return claims


def _or_none(token: str, kind: str) -> Claims | None:
    try:
        return tokens.read(token, "access" if kind == "access" else "refresh", allow_expired=True)
    except PulseError:
        return None
