"""What people change about themselves."""

import secrets
from pathlib import Path
from typing import Any

from pulse.accounts import pictures, rules
from pulse.accounts.events import ProfileChanged
from pulse.accounts.models import User
from pulse.core.context import settings
from pulse.core.database import LOCK
from pulse.core.events import after_commit, publish, transaction
from pulse.core.offload import offload


def update_profile(user_id: int, changes: dict[str, Any]) -> User:
    """Set columns of a user to clean values. A full name that was joined from its parts follows them."""
    with transaction() as session:
        user = session.get_one(User, user_id, with_for_update=LOCK)
        was_joined = user.full_name in ("", rules.join_names(user.first_name, user.last_name))
        before = {name: getattr(user, name) for name in (*changes, "full_name")}
        for name, value in changes.items():
            setattr(user, name, value)
        if was_joined and "full_name" not in changes and {"first_name", "last_name"} & set(changes):
            user.full_name = rules.join_names(user.first_name, user.last_name)
        if any(getattr(user, name) != value for name, value in before.items()):
            publish(ProfileChanged(user_id))
    return user


def set_status_text(user_id: int, text: str) -> None:
    """Set the status text as part of a change of presence, whose own event tells of it."""
    with transaction() as session:
        session.get_one(User, user_id).status_text = text


def set_avatar(user_id: int, picture: bytes | None) -> User:
    """Store a picture as the user's avatar, or remove it. Raises InvalidInput if it is no picture of ours."""
    name = None
    if picture is not None:
        content = offload(pictures.to_avatar, picture)
        name = f"{secrets.token_urlsafe(24)}.webp"
        avatars().mkdir(parents=True, exist_ok=True)
        (avatars() / name).write_bytes(content)
    try:
        with transaction() as session:
            user = session.get_one(User, user_id, with_for_update=LOCK)
            old, user.avatar = user.avatar, name
            if old != name:
                publish(ProfileChanged(user_id))
                after_commit(lambda: _remove(old))
    except BaseException:
        _remove(name)
        raise
    return user


def avatars() -> Path:
    """The folder of all avatars."""
    return settings().instance_path / "uploads" / "avatars"


def _remove(name: str | None) -> None:
    if name:
        (avatars() / name).unlink(missing_ok=True)
