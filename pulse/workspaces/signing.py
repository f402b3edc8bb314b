"""The signed token in an invitation's link."""

from itsdangerous import BadData, URLSafeTimedSerializer

from pulse.core.context import settings
from pulse.workspaces.rules import INVITATION_LIVES


def invitation_token(invitation_id: int, email: str) -> str:
    """The token that a mailed link carries."""
    return _serializer().dumps([invitation_id, email])


def read_invitation_token(token: str) -> tuple[int, str] | None:
    """(invitation id, address) of a link, or None if it is not one of ours or too old."""
    try:
        invitation_id, email = _serializer().loads(token, max_age=int(INVITATION_LIVES.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return int(invitation_id), str(email)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="pulse-invitation")
