"""Secrets derived from the server's key: links, codes, digests. None of them is stored readably."""

import hashlib
import hmac

from itsdangerous import BadData, URLSafeTimedSerializer

from pulse.accounts.rules import LINK_LIVES
from pulse.core.context import settings


def digest(purpose: str, *parts: str) -> bytes:
    """HMAC-SHA256 with the server's key; different purposes never meet."""
    text = "\0".join((purpose, *parts))
    return hmac.digest(settings().secret_key.encode(), text.encode(), hashlib.sha256)


def email_digest(email: str) -> str:
    """The name under which an address's code is kept."""
    return digest("email", email).hex()


def login_code(email: str, nonce: str) -> str:
    """The six digits of the code that belongs to a nonce."""
    number = int.from_bytes(digest("login-code", email, nonce)[:8])
    return f"{number % 10**6:06d}"


def csrf_value(session_id: int) -> str:
    """What a browser page sends in X-CSRF-TOKEN: the same for all tokens of a session."""
    return digest("csrf", str(session_id)).hex()[:32]


def verification_token(user_id: int, email: str) -> str:
    """The signed token of a mailed link."""
    return _links().dumps([user_id, email])


def read_verification_token(token: str) -> tuple[int, str] | None:
    """(user id, email address) of a mailed link, or None if it is not one of ours or too old."""
    try:
        user_id, email = _links().loads(token, max_age=int(LINK_LIVES.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return int(user_id), str(email)


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="pulse-verify-email")
