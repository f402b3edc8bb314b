"""What goes into Redis of a user and comes out of it, as typed values. live.py names the fields."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pulse.core import clock
from pulse.core.context import settings
from pulse.presence.rules import Choice, Device, DeviceType, Facts, Limits, Status


@dataclass(frozen=True, slots=True)
class Copy:
    """What SQL knows of a user, as it goes into Redis. Times are milliseconds, 0 for never."""

    user_id: int
    rev: int
    account: str
    name: str
    mail: str
    full: str
    text: str
    pic: str
    role: str
    choice: str
    until: int
    vis: str
    seen_ok: int
    oa: int  # offline after, 0 for the server's setting
    old_epoch: int
    old_status: str
    old_since: int
    old_seen: int
    sessions: dict[int, int] = field(default_factory=dict)  # live sessions -> expiry


COPIED = ("account", "name", "mail", "full", "text", "pic", "role", "choice", "until", "vis", "seen_ok", "oa")


@dataclass(slots=True)
class State:
    """Everything Redis knows of one user at one moment."""

    user_id: int
    fields: dict[str, str]
    devices: list[Device]

    def number(self, name: str) -> int:
        return int(self.fields.get(name) or 0)

    @property
    def facts(self) -> Facts:
        return Facts(
            account_active=self.fields["account"] == "active",
            choice=Choice(self.fields["choice"]),
            choice_expires=self.number("until") or None,
            devices=self.devices,
        )

    @property
    def limits(self) -> Limits:
        s = settings()
        return Limits(
            offline_after=self.number("oa") or int(s.presence_offline_after * 1000),
            disconnect_grace=int(s.presence_disconnect_grace * 1000),
            idle_after=int(s.presence_idle_after * 1000),
        )

    @property
    def status(self) -> Status:
        """The last decided status, which may be overtaken by now."""
        return Status(self.fields["st"])


@dataclass(frozen=True, slots=True)
class Decision:
    """What `settle` writes. Without a `status` nothing changed and only timers are tidied."""

    status: Status | None = None
    version: int = 0
    at: int = 0
    seen: int | None = None
    history: str = ""
    bus: tuple[str, ...] = ()


def devices_in(fields: dict[str, str], leases: dict[str, str]) -> list[Device]:
    """The devices in a hash; sockets of a process whose lease lapsed count as closed at that moment."""
    now = clock.milliseconds()
    found: dict[str, Device] = {}
    for name, value in fields.items():
        if len(name) > 2 and name[1] == ":" and name[0] in _SETTERS:
            device_id, _, process = name[2:].partition(":")
            device = found.get(device_id) or found.setdefault(device_id, Device(device_id))
            if name[0] != "k":
                _SETTERS[name[0]](device, value)
            elif (until := int(float(leases.get(process, 0)))) > now:
                device.sockets[process] = int(value)
            else:
                device.closed = max(device.closed or 0, until)
    for device in found.values():
        if device.sockets:
            device.closed = None
    return list(found.values())


def _set_type(device: Device, value: str) -> None:
    device.type = DeviceType(value)


def _set_session(device: Device, value: str) -> None:
    device.session_id = int(value or 0) if value.isdigit() else 0


def _set_beat(device: Device, value: str) -> None:
    device.beat = int(value)


def _set_input(device: Device, value: str) -> None:
    device.input = int(value)


def _set_closed(device: Device, value: str) -> None:
    device.closed = max(device.closed or 0, int(value))


_SETTERS: dict[str, Callable[[Device, str], None]] = {
    "t": _set_type,
    "x": _set_session,
    "b": _set_beat,
    "i": _set_input,
    "c": _set_closed,
    "k": lambda device, value: None,
}
