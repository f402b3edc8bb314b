"""Business hours: pure, right across clock changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.support import hours
from pulse.support.hours import ALWAYS, Hours

WORKDAY = ((9 * 60, 17 * 60),)
BERLIN = Hours("Europe/Berlin", (WORKDAY,) * 5 + ((), ()), frozenset({date(2026, 12, 25)}))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open", "opens"),
    [
        ("2026-11-02T08:00", True, None),  # Monday, 9:00 in Berlin
        ("2026-11-02T07:59", False, "2026-11-02T08:00"),
        ("2026-11-02T16:00", False, "2026-11-03T08:00"),  # the end is not within
        ("2026-11-06T18:00", False, "2026-11-09T08:00"),  # over the weekend
        ("2026-12-25T10:00", False, "2026-12-28T08:00"),  # a holiday on Friday
        ("2026-07-01T07:00", True, None),  # summer time
    ],
)
def test_open_and_next_opening(at: str, is_open: bool, opens: str | None) -> None:
    assert hours.is_open(BERLIN, utc(at)) is is_open
    assert hours.next_opening(BERLIN, utc(at)) == (utc(opens) if opens else None)


@pytest.mark.parametrize(
    ("since", "length", "until"),
    [
        ("2026-11-02T08:00", 60, "2026-11-02T09:00"),
        ("2026-11-02T15:30", 60, "2026-11-03T08:30"),  # half an hour is left today
        ("2026-11-06T15:30", 60, "2026-11-09T08:30"),
        ("2026-11-01T12:00", 8 * 60, "2026-11-02T16:00"),  # from Sunday: the whole Monday
        ("2026-10-23T14:00", 8 * 60, "2026-10-26T15:00"),  # winter time begins between
    ],
)
def test_adding_business_time(since: str, length: int, until: str) -> None:
    found = hours.add(BERLIN, utc(since), timedelta(minutes=length))
    assert found == utc(until)
    assert hours.passed(BERLIN, utc(since), found) == timedelta(minutes=length)


def test_without_hours_it_is_always_open() -> None:
    assert hours.is_open(ALWAYS, utc("2026-11-01T03:00"))
    assert hours.next_opening(ALWAYS, utc("2026-11-01T03:00")) is None
    assert hours.add(ALWAYS, utc("2026-11-01T03:00"), timedelta(hours=1)) == utc("2026-11-01T04:00")
    assert hours.passed(ALWAYS, utc("2026-11-01T03:00"), utc("2026-11-01T04:00")) == timedelta(hours=1)


def test_a_day_may_end_at_midnight_and_the_next_begin_there() -> None:
    nights = Hours("UTC", (((0, 6 * 60), (22 * 60, 24 * 60)),) * 7)
    assert hours.is_open(nights, utc("2026-11-02T23:59"))
    assert hours.is_open(nights, utc("2026-11-03T00:00"))
    assert hours.add(nights, utc("2026-11-02T23:00"), timedelta(hours=2)) == utc("2026-11-03T01:00")


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 5000))
def test_time_added_is_time_passed(since: datetime, minutes: int) -> None:
    length = timedelta(minutes=minutes)
    assert hours.passed(BERLIN, since, hours.add(BERLIN, since, length)) == length


@given(MOMENTS, MOMENTS, MOMENTS)
def test_business_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    whole = hours.passed(BERLIN, first, last)
    assert whole == hours.passed(BERLIN, first, middle) + hours.passed(BERLIN, middle, last)
    assert whole <= last - first
