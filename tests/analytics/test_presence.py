"""Analytics of presence: rolled up or not, what is told is what the history says."""

import csv
import io
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from pulse.accounts.models import User
from pulse.analytics import answers, queries, rules, service
from pulse.analytics.models import PresenceDay, PresenceRollup
from pulse.analytics.rules import TimeRange
from pulse.core import clock
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.presence.events import StatusChanged
from pulse.presence.models import StatusChange
from pulse.presence.rules import Status
from tests.conftest import Person
from tests.support.statements import noted

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = [Status.ONLINE, Status.AWAY, Status.BUSY]


@pytest.fixture
def at(travel: Any) -> Callable[[datetime], None]:
    """Be at a moment."""
    return lambda moment: travel.move_to(moment, tick=False)


def write(user_id: int, *changes: tuple[datetime, Status]) -> None:
    """The history of a user: statuses and since when. The last one lasts."""
    previous, rows = Status.OFFLINE, []
    for number, (moment, status) in enumerate(changes):
        until = changes[number + 1][0] if number + 1 < len(changes) else None
        rows.append(
            StatusChange(
                user_id=user_id,
                status=status,
                previous=previous,
                at=moment,
                until=until,
                epoch=1,
                version=number + 1,
            )
        )
        previous = status
    with transaction() as session:
        session.execute(delete(StatusChange).where(StatusChange.user_id == user_id))
        session.add_all(rows)


def in_zone(user_id: int, name: str) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.id == user_id).values(time_zone=name))


def rolled(user_id: int) -> list[date]:
    db.session.rollback()
    query = select(PresenceDay.day).where(PresenceDay.user_id == user_id).order_by(PresenceDay.day)
    return list(db.session.scalars(query))


def test_a_week_is_told_in_its_own_time_zone(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    in_zone(ann.id, "Asia/Tokyo")  # nine hours ahead
    evening = datetime(2026, 11, 22, 14, tzinfo=UTC)  # eleven in the evening of Sunday
    write(
        ann.id,
        (evening, Status.ONLINE),
        (evening + timedelta(hours=2), Status.AWAY),
        (evening + timedelta(hours=3), Status.OFFLINE),
    )
    found = ann.get(f"/users/{ann.id}/analytics?timeRange=week").json
    assert (found["time_zone"], found["time_range"], len(found["days"])) == ("Asia/Tokyo", "week", 7)
    assert found["seconds"] == {"online": 7200, "away": 3600, "busy": 0}
    assert [(one["day"], one["seconds"]["online"], one["sessions"]) for one in found["days"][-2:]] == [
        ("2026-11-22", 3600, 1),
        ("2026-11-23", 3600, 0),
    ]
    assert found["peak_hours"] == [
        {"weekday": 0, "hour": 0, "seconds": 3600},
        {"weekday": 6, "hour": 23, "seconds": 3600},
    ]
    assert (found["sessions"], found["average_session_seconds"]) == (1, 10_800)
    assert found["start"] == "2026-11-16T15:00:00.000Z"
    assert found["end"] == "2026-11-23T12:00:00.000Z"
    assert found["engagement_trend"] == found["engagement_score"] > 0


def test_the_range_before_ends_at_the_same_time_of_day(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    yesterday = MONDAY - timedelta(days=1)
    write(
        ann.id,
        (yesterday - timedelta(hours=1), Status.ONLINE),
        (yesterday + timedelta(hours=5), Status.OFFLINE),
    )
    found = ann.get(f"/api/users/{ann.id}/analytics/?timeRange=day").json
    assert (found["seconds"]["online"], found["previous"]["seconds"]["online"]) == (0, 3600)
    assert found["engagement_trend"] == -found["previous"]["engagement_score"] < 0


def test_messages_and_answers_count(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann, bob = person("ann", Role.AGENT), person("bob")
    room = bob.post("/api/chat-rooms/", {"subject": "Help"}).json["id"]
    ann.post(f"/api/chat-rooms/{room}/assign_agent/", {"agent_id": ann.id})
    at(MONDAY + timedelta(seconds=30))
    assert ann.post("/api/messages/", {"chat_room_id": room, "body": "Hi"}).status_code == 201
    at(MONDAY + timedelta(seconds=31))
    found = ann.get(f"/api/users/{ann.id}/analytics/").json
    assert (found["messages_sent"], found["replies"], found["average_response_seconds"]) == (1, 1, 30)
    assert found["days"][-1]["messages_sent"] == 1
    assert bob.get(f"/api/users/{bob.id}/analytics/").json["average_response_seconds"] is None


def test_whose_figures_one_sees(app: Flask, person: Callable[..., Person]) -> None:
    ann, bob, root = person("ann"), person("bob"), person("root", Role.ADMIN)
    for path in ("/api/users/{}/analytics/", "/users/{}/analytics", "/api/users/{}/analytics/csv/"):
        assert ann.get(path.format(ann.id)).status_code == 200
        assert root.get(path.format(ann.id)).status_code == 200
        assert ann.get(path.format(bob.id)).status_code == 404
        assert ann.get(path.format(10**9)).status_code == 404
        assert root.get(path.format(10**9)).status_code == 404
    refused = ann.get(f"/api/users/{ann.id}/analytics/?timeRange=year")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["timeRange"])


def test_the_days_as_a_table(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    write(ann.id, (MONDAY - timedelta(hours=1), Status.BUSY))
    answer = ann.get(f"/api/users/{ann.id}/analytics/csv/?timeRange=month")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="analytics-{ann.id}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 30
    last = rows[-1]
    assert (last["day"], last["busy_seconds"], last["sessions"]) == ("2026-11-23", "3600.0", "1")


def life(user_id: int, chance: random.Random, days: int, until: datetime) -> None:
    """Write the history of a user who comes and goes."""
    moment, changes, status = until - timedelta(days=days), [], Status.OFFLINE
    while moment < until:
        others = [one for one in Status if one != status]
        status = chance.choice(others)
        changes.append((moment.replace(microsecond=moment.microsecond // 1000 * 1000), status))
        moment += timedelta(seconds=chance.expovariate(1 / (3600 * (9 if status == Status.OFFLINE else 2))))
    write(user_id, *changes)


def slowly(user_id: int, first: date, last: date, zone: ZoneInfo) -> dict[date, dict[str, int]]:
    """Milliseconds by day and status, recounted with nothing but the calendar."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = {day: dict.fromkeys(HERE, 0) for day in days}

    def midnight(day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)

    query = select(StatusChange.status, StatusChange.at, StatusChange.until)
    for status, start, end in db.session.execute(query.where(StatusChange.user_id == user_id)):
        end = end or clock.now()
        for back in range((end - start).days + 2):  # every day that it may have been in
            day = start.astimezone(zone).date() + timedelta(days=back)
            if status in HERE and day in found:
                part = min(end, midnight(day + timedelta(days=1))) - max(start, midnight(day))
                found[day][status] += max(part, timedelta()) // timedelta(milliseconds=1)
    return found


@pytest.mark.parametrize(
    ("users", "days"),
    [pytest.param(6, 40, id="small"), pytest.param(1000, 365, id="year", marks=pytest.mark.full)],
)
@pytest.mark.timeout(3600)
def test_rolled_up_it_is_what_a_slow_recount_finds(
    app: Flask, create_user: Callable[..., User], at: Callable[[datetime], None], users: int, days: int
) -> None:
    at(MONDAY)
    zones = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Auckland")
    chance = random.Random(7)
    people = [create_user(f"user{number}").id for number in range(users)]
    for number, user_id in enumerate(people):
        in_zone(user_id, zones[number % len(zones)])
        life(user_id, chance, days, MONDAY)
    for back in (days // 2, 3, 0):  # as time goes by
        at(MONDAY - timedelta(days=back))
        service.roll_up()
    for number, user_id in enumerate(people):
        db.session.rollback()
        zone = ZoneInfo(zones[number % len(zones)])
        today = MONDAY.astimezone(zone).date()
        first = today - timedelta(days=days - 1)
        found = queries.days(user_id, first, today, MONDAY, zone)
        assert len(rolled(user_id)) >= 0.9 * days  # on a few they were never here
        told = {
            day: {status: one.milliseconds(status) for status in HERE} for day, one in sorted(found.items())
        }
        assert told == {
            day: one for day, one in slowly(user_id, first, today, zone).items() if any(one.values())
        }


def test_a_month_costs_no_more_statements_than_a_day(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    life(ann.id, random.Random(1), 70, MONDAY)
    service.roll_up()
    db.session.rollback()
    counts = []
    for time_range in (TimeRange.DAY, TimeRange.MONTH):
        with noted() as statements:
            answers.analytics(ann.id, time_range)
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 2
    assert counts[1] <= 12


def test_what_is_rolled_up_is_read_and_not_counted_again(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    write(ann.id, (MONDAY - timedelta(days=3), Status.ONLINE), (MONDAY - timedelta(days=2), Status.OFFLINE))
    before = answers.analytics(ann.id, TimeRange.WEEK)
    assert service.roll_up() == 1
    assert service.roll_up() == 0
    assert len(rolled(ann.id)) == 2
    with transaction() as session:
        session.execute(delete(StatusChange))
    assert answers.analytics(ann.id, TimeRange.WEEK) == before


def test_a_day_is_rolled_up_once_it_has_settled(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    write(ann.id, (MONDAY, Status.ONLINE))
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    at(midnight + rules.SETTLES - timedelta(seconds=1))
    assert service.roll_up() == 0
    at(midnight + rules.SETTLES)
    assert service.roll_up() == 1
    assert rolled(ann.id) == [date(2026, 11, 23)]


def test_a_change_that_is_recorded_late_is_counted(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    came, left = MONDAY - timedelta(days=4), MONDAY - timedelta(days=2)
    write(ann.id, (came, Status.ONLINE))
    service.roll_up()
    assert len(rolled(ann.id)) == 4
    write(ann.id, (came, Status.ONLINE), (left, Status.OFFLINE))
    with transaction():
        publish(StatusChanged(ann.id, "offline", "online", None, rfc3339(left), 1, 2))
    assert len(rolled(ann.id)) == 2
    online = [day.seconds.online for day in answers.analytics(ann.id, TimeRange.WEEK).days]
    assert online == [0, 0, 43_200, 86_400, 43_200, 0, 0]
    service.roll_up()
    assert [day.seconds.online for day in answers.analytics(ann.id, TimeRange.WEEK).days] == online


def test_another_time_zone_has_other_days(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    write(ann.id, (MONDAY - timedelta(days=3), Status.ONLINE), (MONDAY - timedelta(days=2), Status.OFFLINE))
    service.roll_up()
    in_zone(ann.id, "Pacific/Auckland")  # there it was an hour into the next day
    online = [day.seconds.online for day in answers.analytics(ann.id, TimeRange.WEEK).days]
    assert online == [0, 0, 0, 82_800, 3600, 0, 0]
    service.roll_up()
    assert [day.seconds.online for day in answers.analytics(ann.id, TimeRange.WEEK).days] == online
    db.session.rollback()
    assert db.session.get_one(PresenceRollup, ann.id).time_zone == "Pacific/Auckland"


def test_it_can_be_rebuilt_and_is_forgotten_with_the_history(
    app: Flask, person: Callable[..., Person], at: Callable[[datetime], None]
) -> None:
    at(MONDAY)
    ann = person("ann")
    write(ann.id, (MONDAY - timedelta(days=3), Status.ONLINE), (MONDAY - timedelta(days=2), Status.OFFLINE))
    service.roll_up()
    right = answers.analytics(ann.id, TimeRange.WEEK)
    with transaction() as session:
        session.execute(update(PresenceDay).values(sessions=99))
    assert answers.analytics(ann.id, TimeRange.WEEK) != right
    for arguments in (["ann"], []):
        result = app.test_cli_runner().invoke(args=["pulse", "rebuild-analytics", *arguments])
        assert (result.exit_code, result.output) == (0, "Users counted again: 1.\n")
        db.session.rollback()
        assert answers.analytics(ann.id, TimeRange.WEEK) == right
    assert app.test_cli_runner().invoke(args=["pulse", "rebuild-analytics", "nobody"]).exit_code == 1
    at(MONDAY + timedelta(days=398))
    service.forget_old_days()
    assert db.session.scalar(select(func.count()).select_from(PresenceDay)) == 1
