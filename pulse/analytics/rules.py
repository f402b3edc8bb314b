"""Pure figures of presence: which hours of which local days a time falls into, and what they add up to."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import exp
from zoneinfo import ZoneInfo

from pulse.presence.rules import Status

PRESENT = (Status.ONLINE, Status.AWAY, Status.BUSY)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
SHORTEST_DAY = timedelta(hours=22)
SETTLES = timedelta(hours=2)  # after the end of a day, until it is rolled up: changes are recorded late
BUSIEST = 3  # hours of the week that are named
# What alone makes a day's score 63.
HOURS_OF_A_DAY = 4.0
MESSAGES_OF_A_DAY = 40.0


class TimeRange(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def days(self) -> int:
        """How many local days it has, today the last of them."""
        return {TimeRange.DAY: 1, TimeRange.WEEK: 7, TimeRange.MONTH: 30}[self]


@dataclass(frozen=True)
class Spell:
    """A status from one moment to another. `begins`: the user was offline before."""

    status: Status
    start: datetime
    end: datetime
    begins: bool


def no_hours() -> dict[str, list[int]]:
    return {status: [0] * 24 for status in PRESENT}


@dataclass
class Day:
    """A user's local day: milliseconds by status and local hour; how often they came, and wrote."""

    hours: dict[str, list[int]] = field(default_factory=no_hours)
    sessions: int = 0
    messages: int = 0

    def milliseconds(self, *statuses: Status) -> int:
        return sum(sum(self.hours[status]) for status in statuses)

    @property
    def score(self) -> float:
        """0 to 100: 100 (1 - exp(-(hours online / 4 + messages sent / 40))).

        Only time with input is time online, so a tab that is left open adds nothing. All that counts raises
        it, the less the more there was.
        """
        hours_online = self.milliseconds(Status.ONLINE) / 3_600_000
        return 100 * (1 - exp(-(hours_online / HOURS_OF_A_DAY + self.messages / MESSAGES_OF_A_DAY)))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day begins. (Where clocks skip midnight, the first moment after.)"""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def pieces(start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int, timedelta]]:
    """Cut a time where the local hour changes: local day, hour, how long.

    An hour that the clocks repeat may hold two, one that they skip holds nothing.
    """
    while start < end:
        local = start.astimezone(zone)
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        stop = start + HOUR - into
        if stop.astimezone(zone).utcoffset() != local.utcoffset():  # the clocks change on the way
            stop = start + QUARTER - into % QUARTER
        stop = min(stop, end)
        yield local.date(), local.hour, stop - start
        start = stop


def by_day(spells: Iterable[Spell], messages: Iterable[datetime], zone: ZoneInfo) -> dict[date, Day]:
    """What spells and sent messages add up to. Days without any are missing."""
    days: dict[date, Day] = defaultdict(Day)
    for spell in spells:
        if spell.begins:
            days[spell.start.astimezone(zone).date()].sessions += 1
        for day, hour, length in pieces(spell.start, spell.end, zone):
            days[day].hours[spell.status][hour] += length // timedelta(milliseconds=1)
    for at in messages:
        days[at.astimezone(zone).date()].messages += 1
    return dict(days)


def dates(first: date, count: int) -> list[date]:
    """So many days from the first one on."""
    return [first + timedelta(days=number) for number in range(count)]


def engagement(days: Collection[Day]) -> float:
    """0 to 100: the mean of the days' scores, so that coming every day counts more than one long day."""
    return sum(day.score for day in days) / len(days) if days else 0.0


def week_of_hours(days: Iterable[tuple[date, Day]]) -> list[list[int]]:
    """Milliseconds online or busy by weekday (0 is Monday) and hour."""
    found = [[0] * 24 for _ in range(7)]
    for day, figures in days:
        for hour in range(24):
            here = figures.hours[Status.ONLINE][hour] + figures.hours[Status.BUSY][hour]
            found[day.weekday()][hour] += here
    return found
