"""Business hours: when a team is there, and what time passes within."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FARTHEST = 400  # days to look ahead: a team that opens never within them has no hours


@dataclass(frozen=True)
class Hours:
    """When a team is there: per weekday (Monday first) the spans in minutes after midnight, local time.

    Holidays are local days without any. Without spans at all it is always open.
    """

    time_zone: str = "UTC"
    week: tuple[tuple[tuple[int, int], ...], ...] = ()
    holidays: frozenset[date] = frozenset()

    @property
    def is_always(self) -> bool:
        return not any(self.week)


ALWAYS = Hours()


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether the team is there at a moment."""
    return hours.is_always or any(begin <= at < end for begin, end in _spans(hours, at, 1))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When it opens next, at or after a moment; None while it is open, and if it never opens."""
    if is_open(hours, at):
        return None
    return next((begin for begin, _ in _spans(hours, at, FARTHEST) if begin > at), None)


def add(hours: Hours, at: datetime, length: timedelta) -> datetime:
    """The moment at which `length` of business time has passed since `at`."""
    if hours.is_always:
        return at + length
    left = length
    for begin, end in _spans(hours, at, FARTHEST):
        begin = max(begin, at)
        if begin >= end:
            continue
        if left <= end - begin:
            return begin + left
        left -= end - begin
    return at + length  # it never opens: as if it were always open


def passed(hours: Hours, since: datetime, until: datetime) -> timedelta:
    """The business time between two moments."""
    if hours.is_always or until <= since:
        return max(until - since, timedelta())
    days = (until - since).days + 2
    spans = _spans(hours, since, days)
    return sum((max(min(end, until) - max(begin, since), timedelta()) for begin, end in spans), timedelta())


def _spans(hours: Hours, at: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """The spans in UTC, from the day before `at` on: one that ends at midnight may reach into it."""
    zone = ZoneInfo(hours.time_zone)
    first = at.astimezone(zone).date() - timedelta(days=1)
    for n in range(days + 2):
        day = first + timedelta(days=n)
        if day not in hours.holidays:
            for begin, end in hours.week[day.weekday()]:
                yield _moment(day, begin, zone), _moment(day, end, zone)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Local wall-clock time as UTC; 1440 is the next midnight. Times that a clock change skips or repeats are
    taken as `zoneinfo` does with fold 0."""
    if minute >= 24 * 60:
        day, minute = day + timedelta(days=1), minute - 24 * 60
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)


def parse(time_zone: str, week: Sequence[Sequence[Sequence[int]]], holidays: Sequence[str]) -> Hours:
    """Hours as tables keep them."""
    return Hours(
        time_zone,
        tuple(tuple((begin, end) for begin, end in day) for day in week),
        frozenset(date.fromisoformat(day) for day in holidays),
    )
