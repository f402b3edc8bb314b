"""What the Python peers have in common: how a message looks, and how many are shown at once."""

from html import escape
from typing import Any

PAGE, CHANGES = 50, 200


def shown(
    number: int,
    conversation_id: int,
    sender_id: int,
    username: str,
    client_id: str | None,
    body: str,
    created_at: str,
) -> dict[str, Any]:
    """A message as clients get it."""
    return {
        "id": number,
        "conversation_id": conversation_id,
        "channel_id": conversation_id,
        "seq": number,
        "rev": number,
        "kind": "text",
        "message_type": "text",
        "sender_id": sender_id,
        "sender": username,
        "sender_name": username,
        "sender_email": None,
        "sender_avatar_url": None,
        "body": body,
        "content": body,
        "html": f"<p>{escape(body)}</p>",
        "mentions": [],
        "mentions_all": False,
        "reply_to": None,
        "attachments": [],
        "reactions": [],
        "client_id": client_id,
        "created_at": created_at,
        "edited_at": None,
        "deleted_at": None,
        "is_deleted": False,
        "pinned_at": None,
        "is_pinned": False,
    }
