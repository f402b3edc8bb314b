"""What a widget's visitors hold, and what a page's server says of its customers.

A page's server vouches with `hash = HMAC-SHA256(secret of the widget, id of the customer)` in hexadecimal
(RFC 2104), as other widgets do.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from pulse.core.context import settings

SALT = "pulse.visitor"


@dataclass(frozen=True)
class Visitor:
    """What a visitor's token says."""

    user_id: int
    session_id: int


def visitor_token(user_id: int, session_id: int) -> str:
    """What a visitor's browser keeps, so that they are the same one tomorrow."""
    return _serializer().dumps([user_id, session_id])


def read_visitor(token: str) -> Visitor | None:
    """What a token says; None if it is not one of ours."""
    try:
        user_id, session_id = _serializer().loads(token)
        return Visitor(int(user_id), int(session_id))
    except (BadData, ValueError, TypeError):
        return None


def is_vouched(secret: str, external_id: str, given: str) -> bool:
    """Whether the page's server said so."""
    right = hmac.new(secret.encode(), external_id.encode(), sha256).hexdigest()
    return hmac.compare_digest(right.encode(), given.lower().encode())


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt=SALT)
