"""Signatures as Standard Webhooks has them (standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"


def new_secret() -> str:
    """What an endpoint's owner verifies signatures with."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(uid: str, moment: datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The headers that let a receiver verify a body; one signature for each secret that counts now."""
    at = moment.astimezone(UTC)
    return {
        "webhook-id": uid,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(uid, at, body.decode()) for key in keys),
    }
