"""Which local hours a time falls into, and what a day is worth."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.analytics import rules
from pulse.analytics.rules import Day, Spell
from pulse.presence.rules import Status

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut")
MINUTE = timedelta(minutes=1)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


def spell(start: datetime, hours: float, status: Status = Status.ONLINE, begins: bool = True) -> Spell:
    return Spell(status, start, start + timedelta(hours=hours), begins)


@given(moments, st.integers(0, 3 * 1440), st.sampled_from(ZONES))
def test_pieces_are_what_a_clock_on_the_wall_says(start: datetime, minutes: int, name: str) -> None:
    """Counted minute by minute, across all changes of the clocks."""
    zone, start = ZoneInfo(name), start.replace(second=0, microsecond=0)
    slowly: dict[tuple[date, int], timedelta] = {}
    for number in range(minutes):
        local = (start + number * MINUTE).astimezone(zone)
        at = local.date(), local.hour
        slowly[at] = slowly.get(at, timedelta()) + MINUTE
    found: dict[tuple[date, int], timedelta] = {}
    for day, hour, length in rules.pieces(start, start + minutes * MINUTE, zone):
        found[day, hour] = found.get((day, hour), timedelta()) + length
    assert found == slowly


def test_the_hour_that_comes_twice_holds_two() -> None:
    zone = ZoneInfo("Europe/Berlin")
    day = date(2026, 10, 25)
    start, end = rules.midnight(day, zone), rules.midnight(day + timedelta(days=1), zone)
    assert end - start == timedelta(hours=25)
    found = rules.by_day([Spell(Status.BUSY, start, end, True)], [], zone)[day]
    assert [ms // 60_000 for ms in found.hours[Status.BUSY]] == [60, 60, 120, *[60] * 21]


def test_the_hour_that_is_skipped_holds_nothing() -> None:
    zone = ZoneInfo("Europe/Berlin")
    day = date(2026, 3, 29)
    found = rules.by_day([spell(rules.midnight(day, zone), 23)], [], zone)
    assert list(found) == [day]
    assert [ms // 60_000 for ms in found[day].hours[Status.ONLINE]] == [60, 60, 0, *[60] * 21]


def test_a_midnight_that_is_skipped_begins_its_day_later() -> None:
    zone = ZoneInfo("Asia/Beirut")
    begins = rules.midnight(date(2026, 3, 29), zone).astimezone(zone)
    assert (begins.date(), begins.hour) == (date(2026, 3, 29), 1)


def test_a_session_counts_where_it_begins_and_messages_where_they_were_sent() -> None:
    zone = ZoneInfo("America/New_York")
    night = datetime(2026, 7, 2, 3, 30, tzinfo=UTC)  # half past eleven in the evening before
    found = rules.by_day([spell(night, 1), spell(night + timedelta(hours=1), 1, begins=False)], [night], zone)
    first, second = date(2026, 7, 1), date(2026, 7, 2)
    assert {day: one.sessions for day, one in found.items()} == {first: 1, second: 0}
    assert (found[first].messages, found[second].messages) == (1, 0)
    assert found[first].milliseconds(Status.ONLINE) == 30 * 60_000
    assert found[second].milliseconds(Status.ONLINE) == 90 * 60_000


def day(online: float = 0, away: float = 0, messages: int = 0) -> Day:
    made = Day(messages=messages)
    made.hours[Status.ONLINE][9] = int(online * 3_600_000)
    made.hours[Status.AWAY][9] = int(away * 3_600_000)
    return made


@given(st.floats(0, 24), st.floats(0, 24), st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_of_what_counts_is_never_worth_less(few: float, much: float, low: int, high: int) -> None:
    few, much = sorted((few, much))
    low, high = sorted((low, high))
    assert 0 <= day(few, 0, low).score <= day(much, 0, high).score <= 100


def test_an_idle_tab_is_worth_nothing() -> None:
    assert day(away=24).score == 0
    assert rules.engagement([]) == 0


def test_coming_often_is_worth_more_than_one_long_day() -> None:
    assert rules.engagement([day(2)] * 4) > rules.engagement([day(8), day(), day(), day()])


@pytest.mark.parametrize(("hours", "messages", "score"), [(4, 0, 63.2), (0, 40, 63.2), (4, 40, 86.5)])
def test_what_a_day_is_worth(hours: float, messages: int, score: float) -> None:
    assert round(day(hours, messages=messages).score, 1) == score


def test_hours_of_the_week() -> None:
    monday = date(2026, 11, 23)
    week = rules.week_of_hours([(monday, day(1, away=1)), (monday + timedelta(days=7), day(0.5))])
    assert week[0][9] == 5_400_000
    assert sum(map(sum, week)) == 5_400_000
