"""Passwords: argon2, hashed off the event loop."""

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pulse.core.offload import offload

_hasher = PasswordHasher()
_NOBODYS = _hasher.hash(secrets.token_hex())


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its parameters."""
    return offload(_hasher.hash, _normal(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password fits. Without a hash it takes just as long, and is wrong."""
    fits = offload(_verify, password_hash or _NOBODYS, _normal(password))
    return fits and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    """The same password typed on different systems is the same text."""
    return unicodedata.normalize("NFKC", password)
