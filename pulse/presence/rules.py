"""What others see of a user, decided from facts: pure, with time passed in (milliseconds since 1970)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """Presence: what others see."""

    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFFLINE = "offline"


class Choice(StrEnum):
    """What the user picked."""

    AUTO = "auto"
    AWAY = "away"
    BUSY = "busy"
    INVISIBLE = "invisible"


class DeviceType(StrEnum):
    WEB = "web"
    MOBILE = "mobile"
    DESKTOP = "desktop"
    API = "api"


@dataclass(frozen=True, slots=True)
class Limits:
    """Timeouts in milliseconds."""

    offline_after: int
    disconnect_grace: int
    idle_after: int


@dataclass(slots=True)
class Device:
    """One client of a user, as Redis knows it. Times are milliseconds since 1970."""

    id: str
    type: DeviceType = DeviceType.API
    session_id: int = 0
    beat: int = 0
    input: int = 0
    closed: int | None = None  # when its last socket closed; None while one is open or none ever was
    sockets: dict[str, int] = field(default_factory=dict)  # web process -> open sockets

    def dies_at(self, limits: Limits) -> int:
        """When this device counts as dead, unless it beats or reconnects before."""
        silent = self.beat + limits.offline_after
        if self.closed is None or self.closed < self.beat:
            return silent
        return min(silent, self.closed + limits.disconnect_grace)

    def is_alive(self, now: int, limits: Limits) -> bool:
        return now < self.dies_at(limits)

    def had_input(self, now: int, limits: Limits) -> bool:
        """Whether a person used this device lately."""
        return now < self.input + limits.idle_after


@dataclass(slots=True)
class Facts:
    """All that decides a user's presence."""

    account_active: bool
    choice: Choice
    choice_expires: int | None  # milliseconds; None: never
    devices: Collection[Device]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What others see, why (a stable word, for "why is this user shown as X"), and which device decided."""

    status: Status
    reason: str
    device: Device | None = None


def current_choice(choice: Choice, expires: int | None, now: int) -> Choice:
    """The user's choice, or `auto` once it has expired."""
    return Choice.AUTO if expires is not None and expires <= now else choice


def decide(facts: Facts, limits: Limits, now: int) -> Verdict:
    """What others see at `now`. The first rule that fits decides."""
    if not facts.account_active:
        return Verdict(Status.OFFLINE, "account_not_active")
    choice = current_choice(facts.choice, facts.choice_expires, now)
    if choice is Choice.INVISIBLE:
        return Verdict(Status.OFFLINE, "invisible")
    alive = [device for device in facts.devices if device.is_alive(now, limits)]
    if not alive:
        return Verdict(Status.OFFLINE, "no_live_device")
    best = max(alive, key=lambda device: (device.input, device.beat, device.id))
    if choice is Choice.AWAY or choice is Choice.BUSY:
        return Verdict(Status(choice.value), "chosen", best)
    if best.had_input(now, limits):
        return Verdict(Status.ONLINE, "recent_input", best)
    return Verdict(Status.AWAY, "no_recent_input", best)


def changed_at(previous: Status, verdict: Verdict, facts: Facts, limits: Limits, now: int) -> int:
    """Since when a verdict holds that differs from the status before it (ms).

    If time alone led from the one to the other (silence, idleness, the end of a choice), the moment when it
    did: a late look does not move the change. Else something happened, and it happens now.
    """
    moments = {device.dies_at(limits) for device in facts.devices}
    moments |= {device.input + limits.idle_after for device in facts.devices}
    if facts.choice_expires:
        moments.add(facts.choice_expires)
    # Facts tell of no past absence: whoever was offline is back by a beat, or by a choice that ended since.
    since = verdict.device.beat if previous is Status.OFFLINE and verdict.device else 0
    changed = None
    for moment in sorted((m for m in moments if since < m <= now), reverse=True):
        before = decide(facts, limits, moment - 1).status
        if changed is None and before is not verdict.status:
            changed = moment
        if changed is not None and before is previous:
            return changed
    return now


def explain(verdict: Verdict, facts: Facts, limits: Limits, now: int) -> list[str]:
    """Why this is the verdict, as sentences for people."""
    lines = []
    choice = current_choice(facts.choice, facts.choice_expires, now)
    reasons = {
        "account_not_active": "The account is not active, so it is shown offline everywhere.",
        "invisible": "They chose to be invisible, so others see them offline.",
        "no_live_device": "No device of theirs is alive.",
        "chosen": f"They chose {choice.value}.",
        "recent_input": "A device was used within the idle time.",
        "no_recent_input": "Devices are alive, but none was used within the idle time.",
    }
    lines.append(reasons[verdict.reason])
    if choice is not Choice.AUTO and facts.choice_expires:
        lines.append(f"Their choice ends in {_seconds(facts.choice_expires - now)}.")
    for device in facts.devices:
        dies = device.dies_at(limits)
        name = f"{device.type.value} device {device.id}"
        if dies <= now:
            lines.append(f"The {name} has been dead for {_seconds(now - dies)}.")
            continue
        sockets = sum(device.sockets.values())
        used = f"last used {_seconds(now - device.input)} ago" if device.input else "never used"
        lines.append(
            f"The {name} beat {_seconds(now - device.beat)} ago, was {used}, holds {sockets} open "
            f"socket(s) and dies in {_seconds(dies - now)} unless it beats again."
        )
    return lines


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.0f} s"
