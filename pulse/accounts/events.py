"""What happens to accounts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UserRegistered:
    user_id: int


@dataclass(frozen=True)
class RegistrationRepeated:
    """Somebody tried to register with an address that has an account already."""

    user_id: int


@dataclass(frozen=True)
class VerificationRequested:
    """The link that verifies an address was asked for again, by an address known to us or not."""

    email: str


@dataclass(frozen=True)
class CodeRequested:
    """A sign-in code was asked for by an address, known to us or not."""

    email: str


@dataclass(frozen=True)
class SignedIn:
    """A session began."""

    user_id: int
    session_id: int
    device_id: str | None
    device_type: str


@dataclass(frozen=True)
class SessionsEnded:
    """Sessions ended: signed out, revoked, reused refresh token, suspension."""

    user_id: int
    session_ids: list[int]


@dataclass(frozen=True)
class AccountStatusChanged:
    user_id: int
    status: str
    previous: str


@dataclass(frozen=True)
class RoleChanged:
    user_id: int


@dataclass(frozen=True)
class ProfileChanged:
    """Names, text, avatar, email or role of a user changed."""

    user_id: int
