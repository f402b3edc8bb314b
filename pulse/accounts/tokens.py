"""The tokens of a session and their cookies: access (15 min), refresh (30 days), id (15 min, the profile)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from flask import Response
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from pulse.accounts.models import Session, User
from pulse.accounts.rules import ACCESS_LIVES, REFRESH_LIVES
from pulse.accounts.signing import csrf_value
from pulse.core import clock
from pulse.core.context import settings
from pulse.core.errors import NotSignedIn
from pulse.core.permissions import Role

ACCESS_COOKIE, REFRESH_COOKIE, ID_COOKIE = "access_token", "refresh_token", "id_token"
CSRF_COOKIES = ("csrf_access_token", "csrf_refresh_token")
CSRF_HEADER = "X-CSRF-TOKEN"
LONGEST = 4096  # characters


@dataclass(frozen=True)
class Tokens:
    """What a client holds of a session. `refresh` is None where the old one stays good."""

    access: str
    id: str
    refresh: str | None
    csrf: str


@dataclass(frozen=True)
class Claims:
    """What an access or refresh token says; its signature was right."""

    user_id: int
    session_id: int
    jti: str
    csrf: str
    role: Role | None
    expires_at: int  # Unix time


def issue(user: User, session_id: int, refresh_jti: str | None = None) -> Tokens:
    """Make tokens for a session; a refresh token only for a `refresh_jti`."""
    subject, csrf = str(user.id), csrf_value(session_id)
    common: dict[str, Any] = {"sid": session_id, "csrf": csrf}
    profile = {
        "type": "id",
        "name": user.full_name or user.username,
        "preferred_username": user.username,
        "email": user.email,
        "role": user.role,
    }
    return Tokens(
        access=create_access_token(
            subject, expires_delta=ACCESS_LIVES, additional_claims={**common, "role": user.role}
        ),
        id=create_access_token(
            subject, expires_delta=ACCESS_LIVES, additional_claims={"sid": session_id, **profile}
        ),
        refresh=refresh_jti
        and create_refresh_token(
            subject, expires_delta=REFRESH_LIVES, additional_claims={**common, "jti": refresh_jti}
        ),
        csrf=csrf,
    )


def issue_all(user: User, session: Session) -> Tokens:
    """All tokens of a session that has just begun or rotated."""
    return issue(user, session.id, session.refresh_jti)


def read(token: str, kind: Literal["access", "refresh"], *, allow_expired: bool = False) -> Claims:
    """The claims of a token of one kind. Raises NotSignedIn (token_expired, invalid_token)."""
    try:
        if len(token) > LONGEST:
            raise ValueError("too long")
        claims = _verified(token, kind, settings().jwt_secret_key)
    except (PyJWTError, JWTExtendedException, ValueError, KeyError, TypeError):
        raise NotSignedIn("The token is not one of ours.", code="invalid_token") from None
    if claims.expires_at <= clock.timestamp() and not allow_expired:
        raise NotSignedIn("The token has expired.", code="token_expired")
    return claims


@lru_cache(maxsize=10_000)
def _verified(token: str, kind: str, secret: str) -> Claims:
    """The claims of a token that this secret has signed. Its signature is looked at once."""
    claims = decode_token(token, allow_expired=True)
    if claims["type"] != kind:
        raise ValueError(f"not a token of the kind {kind}")
    return Claims(
        user_id=int(claims["sub"]),
        session_id=int(claims["sid"]),
        jti=str(claims["jti"]),
        csrf=str(claims["csrf"]),
        role=Role(claims["role"]) if kind == "access" else None,
        expires_at=int(claims["exp"]),
    )


def set_cookies(response: Response, tokens: Tokens) -> Response:
    """Put tokens into a browser. The CSRF values are readable by scripts and outlive the access token."""
    short, long = int(ACCESS_LIVES.total_seconds()), int(REFRESH_LIVES.total_seconds())
    _set(response, ACCESS_COOKIE, tokens.access, short)
    _set(response, ID_COOKIE, tokens.id, short)
    if tokens.refresh:
        _set(response, REFRESH_COOKIE, tokens.refresh, long)
        for name in CSRF_COOKIES:
            _set(response, name, tokens.csrf, long, for_scripts=True)
    return response


def clear_cookies(response: Response) -> Response:
    """Take all tokens out of a browser."""
    for name in (ACCESS_COOKIE, ID_COOKIE, REFRESH_COOKIE):
        _set(response, name, "", 0)
    for name in CSRF_COOKIES:
        _set(response, name, "", 0, for_scripts=True)
    return response


def _set(response: Response, name: str, value: str, seconds: int, *, for_scripts: bool = False) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=settings().is_secure,
        httponly=not for_scripts,
        samesite="Lax",
    )
