"""A user's presence as others, they themselves and admins see it at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pulse.core import clock
from pulse.core.context import settings
from pulse.core.permissions import Role
from pulse.presence import rules
from pulse.presence.rules import Choice, Status, Verdict
from pulse.presence.state import State


@dataclass(frozen=True, slots=True)
class View:
    """The state of a user in Redis and what the rules say of it now."""

    state: State
    verdict: Verdict
    now: int
    changed_at: int  # when the status became what it is now (ms)

    @classmethod
    def of(cls, state: State) -> "View":
        now, facts, limits, changed_at = clock.milliseconds(), state.facts, state.limits, state.number("at")
        verdict = rules.decide(facts, limits, now)
        if verdict.status is not state.status:
            changed_at = max(rules.changed_at(state.status, verdict, facts, limits, now), changed_at)
        return cls(state, verdict, now, changed_at)

    @property
    def is_changed(self) -> bool:
        """Whether the rules say something else than what was decided and told last."""
        return self.verdict.status is not self.state.status

    @property
    def is_news(self) -> bool:
        """Whether subscribers have to be told: of another status, name or text."""
        return self.is_changed or "news" in self.state.fields

    @property
    def last_seen(self) -> int:
        """The last sign of life that others may know of (ms, 0: never). Once offline it stands still."""
        is_settled = self.verdict.status is Status.OFFLINE and not self.is_changed
        return self.state.number("seen" if is_settled else "last")

    @property
    def shows_past(self) -> bool:
        """Whether the user lets others know when they were here."""
        return self.state.fields["seen_ok"] == "1"

    def public(self) -> dict[str, Any]:
        """What people see who may see this user."""
        fields, verdict = self.state.fields, self.verdict
        seen = _moment(self.last_seen) if self.shows_past else None
        pic = fields["pic"]
        return {
            "id": self.state.user_id,
            "user_id": self.state.user_id,
            "username": fields["name"],
            "email": None,
            "full_name": fields["full"],
            "avatar_url": f"/api/avatars/{pic}" if pic else None,
            "user_email": None,
            "status": verdict.status.value,
            "online_status": verdict.status.value,
            "is_online": verdict.status is not Status.OFFLINE,
            "status_text": fields["text"],
            "last_seen": seen,
            "last_activity": seen,
            "device_type": verdict.device.type.value if verdict.device else None,
            "since": _moment(self.changed_at) if self.shows_past else None,
            "epoch": self.state.number("epoch"),
            "version": self.state.number("ver"),
        }

    def full(self) -> dict[str, Any]:
        """What the user and admins see: the public part, and why it is so."""
        fields = self.state.fields
        until = self.state.number("until")
        is_over = 0 < until <= self.now
        return self.public() | {
            "email": fields["mail"] or None,
            "user_email": fields["mail"] or None,
            "last_seen": _moment(self.last_seen),
            "last_activity": _moment(self.last_seen),
            "since": _moment(self.changed_at),
            "choice": "auto" if is_over else fields["choice"],
            "choice_expires_at": None if is_over else _moment(until),
            "account_status": fields["account"],
            "role": Role(fields["role"]).value,
            "reason": self.verdict.reason,
            "devices": [self._device(device) for device in self.state.devices],
        }

    def heartbeat(self) -> dict[str, Any]:
        """What a heartbeat is answered with."""
        status = self.verdict.status.value
        return {
            "user_id": self.state.user_id,
            "status": status,
            "online_status": status,
            "choice": rules.current_choice(
                Choice(self.state.fields["choice"]), self.state.number("until") or None, self.now
            ).value,
            "last_seen": _moment(self.last_seen),
            "heartbeat_seconds": settings().presence_heartbeat_seconds,
        }

    def _device(self, device: rules.Device) -> dict[str, Any]:
        limits = self.state.limits
        return {
            "device_id": device.id,
            "device_type": device.type.value,
            "session_id": device.session_id or None,
            "last_beat": _moment(device.beat),
            "last_input": _moment(device.input),
            "sockets": sum(device.sockets.values()),
            "is_alive": device.is_alive(self.now, limits),
            "dies_at": _moment(device.dies_at(limits)),
            "idle_at": _moment(device.input + limits.idle_after) if device.input else None,
        }


def _moment(milliseconds: int) -> datetime | None:
    return clock.from_milliseconds(milliseconds) if milliseconds else None
