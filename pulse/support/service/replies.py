"""Canned replies."""

from typing import Any

from sqlalchemy.exc import IntegrityError

from pulse.core import clock
from pulse.core.errors import Conflict, NotFound
from pulse.core.events import transaction
from pulse.support.models import CannedReply


def create_reply(user_id: int, name: str, body: str) -> int:
    """Keep a text under a name; returns its id. Raises Conflict (name_taken)."""
    now = clock.now()
    try:
        with transaction() as session:
            made = CannedReply(name=name, body=body, created_by_id=user_id, created_at=now, updated_at=now)
            session.add(made)
            session.flush()
            return made.id
    except IntegrityError:
        raise _taken() from None


def update_reply(reply_id: int, changes: dict[str, Any]) -> None:
    """Change name or text. Raises NotFound, Conflict (name_taken)."""
    try:
        with transaction() as session:
            found = session.get(CannedReply, reply_id)
            if found is None:
                raise NotFound("There is no such reply.")
            for name, value in changes.items():
                setattr(found, name, value)
            found.updated_at = clock.now()
    except IntegrityError:
        raise _taken() from None


def delete_reply(reply_id: int) -> None:
    """Delete one. Raises NotFound."""
    with transaction() as session:
        found = session.get(CannedReply, reply_id)
        if found is None:
            raise NotFound("There is no such reply.")
        session.delete(found)


def _taken() -> Conflict:
    return Conflict(
        "There is a reply of this name already.", code="name_taken", errors={"name": ["is taken"]}
    )
