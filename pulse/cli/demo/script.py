"""How the demo's conversations are written down: places, and what is said in them when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulse.conversations.kinds import Kind

When = Callable[[datetime], datetime]  # now -> a moment before it

_SATURDAY = 5


@dataclass(frozen=True)
class Place:
    """A conversation. `unread`: how many of its last messages somebody has not read; all others read all."""

    name: str  # of a channel; of a direct conversation, for the script only
    members: str  # usernames; the first one made it
    topic: str = ""
    kind: Kind = Kind.CHANNEL
    is_private: bool = False
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A message, and what became of it before the next one was sent."""

    who: str
    says: str
    answers: int | None = None  # which line of its thread, from 0
    was: str = ""  # what it said before an edit
    reactions: Mapping[str, str] = field(default_factory=dict)  # emoji -> usernames
    pinned_by: str = ""
    has_picture: bool = False


@dataclass(frozen=True)
class Thread:
    """Lines that follow each other within minutes."""

    place: str
    begins: When
    lines: tuple[Line, ...]


def on(days: int, hour: int, minute: int) -> When:
    """So many working days ago, at this time, UTC."""

    def moment(now: datetime) -> datetime:
        day, left = now, days
        while left:
            day -= timedelta(days=1)
            left -= day.weekday() < _SATURDAY
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)

    return moment


def ago(minutes: int) -> When:
    """So many minutes ago."""
    return lambda now: now - timedelta(minutes=minutes)
