"""Pure decisions about accounts."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

import email_validator

# A server of one's own may well have addresses such as ann@localhost or ann@office.local.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

ACCESS_LIVES = timedelta(minutes=15)
REFRESH_LIVES = timedelta(days=30)
LINK_LIVES = timedelta(days=3)
CODE_LIVES = timedelta(minutes=5)
CODE_TRIES = 5
CODE_LOCK = timedelta(minutes=15)  # counted from the first wrong try
CODES_ARE_KEPT = timedelta(days=1)
UNVERIFIED_LIVES = timedelta(days=7)
ENDED_SESSIONS_ARE_KEPT = timedelta(days=90)

USERNAME_PATTERN = r"^[A-Za-z0-9._-]{3,50}$"
PASSWORD_MIN, PASSWORD_MAX = 8, 200
EMAIL_MAX = 254

_MOBILE = re.compile(r"Mobi|Android|iPhone|iPad|okhttp|CFNetwork|Dart/", re.IGNORECASE)
_DEVICE_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class AccountStatus(StrEnum):
    ACTIVE = "active"
    PENDING = "pending"
    SUSPENDED = "suspended"
    BANNED = "banned"


class Visibility(StrEnum):
    """Who may see a user's presence."""

    EVERYONE = "everyone"
    SHARED = "shared"
    NOBODY = "nobody"


def clean_username(value: str) -> str:
    """A username that may be registered. Raises ValueError with a sentence for people."""
    if not re.fullmatch(USERNAME_PATTERN.strip("^$"), value):
        raise ValueError("A username has 3 to 50 letters, digits, dots, dashes or underscores.")
    return value


def clean_email(value: str) -> str:
    """An address as it is kept: ASCII, lower case. Raises ValueError with a sentence for people."""
    if len(value) > EMAIL_MAX:  # before it is looked at letter by letter
        raise ValueError("The address is too long.")
    found = email_validator.validate_email(
        value, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
    )
    address = (found.ascii_email or "").lower()
    if not 0 < len(address) <= EMAIL_MAX:
        raise ValueError("The address is too long.")
    return address


def as_kept(address: str) -> str:
    """How an address would be kept, so that all its spellings are one; what is none comes in lower case."""
    try:
        return clean_email(address)
    except ValueError:
        return address.lower()


def clean_password(value: str, username: str = "", email: str = "") -> str:
    """A password that may be set. Raises ValueError with a sentence for people."""
    if not PASSWORD_MIN <= len(value) <= PASSWORD_MAX:
        raise ValueError(f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.")
    if value.casefold() in (username.casefold(), email.casefold()):
        raise ValueError("The password must not be the username or the email address.")
    return value


def join_names(first: str, last: str) -> str:
    """The full name of somebody who gave its parts."""
    return f"{first} {last}".strip()


def avatar_url(avatar: str | None) -> str | None:
    """Where a user's picture is, from `User.avatar`; None without one."""
    return f"/api/avatars/{avatar}" if avatar else None


def is_code_locked(tries: int, first_try_at: datetime | None, now: datetime) -> bool:
    """Whether so many codes were tried that even the right one is refused for a while."""
    return tries >= CODE_TRIES and not is_lock_over(first_try_at, now)


def is_lock_over(first_try_at: datetime | None, now: datetime) -> bool:
    """Whether wrong tries are so long ago that counting starts anew."""
    return first_try_at is None or first_try_at + CODE_LOCK <= now


def is_code_current(issued_at: datetime, used_at: datetime | None, now: datetime) -> bool:
    """Whether a code may still be used."""
    return used_at is None and now < issued_at + CODE_LIVES


def clean_device_id(said: str | None) -> str | None:
    """The device that a client names, or None if it names none that can be one."""
    return said if said and _DEVICE_ID.fullmatch(said) else None


def device_type_of(user_agent: str, said: str | None) -> str:
    """web, mobile, desktop or api: as the client says, else guessed from its user agent."""
    if said in ("web", "mobile", "desktop", "api"):
        return said
    if "Electron" in user_agent:
        return "desktop"
    if _MOBILE.search(user_agent):
        return "mobile"
    return "web" if user_agent.startswith("Mozilla/") else "api"
