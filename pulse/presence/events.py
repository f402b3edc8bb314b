"""What happens to presence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StatusChanged:
    """A change of what others see was recorded. Times are RFC 3339, UTC."""

    user_id: int
    status: str
    previous: str
    device_type: str | None
    at: str
    epoch: int
    version: int


@dataclass(frozen=True)
class PresenceSettingsChanged:
    """Choice, visibility or timeouts of a user changed."""

    user_id: int


@dataclass(frozen=True)
class ArrivalAcknowledged:
    """Whoever waited for this user knows that they came online."""

    watcher_id: int
    user_id: int


@dataclass(frozen=True)
class WaitsEnded:
    """Somebody came online for whom others had waited. `at` is RFC 3339, UTC."""

    user_id: int
    at: str
