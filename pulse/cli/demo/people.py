"""The demo's people: a dozen accounts with two weeks of history behind them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pulse.accounts import service
from pulse.accounts.rules import Visibility
from pulse.core import clock
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import StatusChange, UserPresence
from pulse.presence.rules import DeviceType, Status

DAYS = 14
EPOCH = 1  # before every epoch of a real Redis


class Somebody(NamedTuple):
    username: str
    full_name: str
    role: Role
    text: str
    begins: int  # hour of the day, UTC
    device: DeviceType


PEOPLE = (
    Somebody("admin", "Ada Admin", Role.ADMIN, "", 8, DeviceType.WEB),
    Somebody("agnes", "Agnes Novak", Role.AGENT, "Support, weekdays", 7, DeviceType.WEB),
    Somebody("boris", "Boris Lang", Role.AGENT, "Second line", 9, DeviceType.DESKTOP),
    Somebody("carla", "Carla Mendes", Role.USER, "Writing the release notes", 8, DeviceType.WEB),
    Somebody("david", "David Okafor", Role.USER, "", 10, DeviceType.MOBILE),
    Somebody("elena", "Elena Petrova", Role.USER, "In the studio", 6, DeviceType.DESKTOP),
    Somebody("farid", "Farid Haddad", Role.USER, "", 11, DeviceType.WEB),
    Somebody("greta", "Greta Lindqvist", Role.USER, "Back on Monday", 9, DeviceType.MOBILE),
    Somebody("hiro", "Hiro Tanaka", Role.USER, "", 0, DeviceType.WEB),
    Somebody("ines", "Inês Carvalho", Role.USER, "Calls until noon", 8, DeviceType.WEB),
    Somebody("jonas", "Jonas Weber", Role.USER, "", 13, DeviceType.DESKTOP),
    Somebody("kavya", "Kavya Rao", Role.USER, "Ask me about billing", 4, DeviceType.MOBILE),
)


def make(one: Somebody, password: str) -> int:
    """Make the account; returns its id."""
    address = f"{one.username}@pulse.example"
    return service.create_user(one.username, address, password, role=one.role, full_name=one.full_name).id


def add_past(one: Somebody, user_id: int) -> None:
    """Write what they did in the last days, and their profile. They exist since a commit before."""
    _write_history(user_id, one.device, list(_changes(one, clock.now())))
    service.update_profile(user_id, {"visibility": Visibility.EVERYONE, "status_text": one.text})


def _changes(one: Somebody, now: datetime) -> Iterator[tuple[datetime, Status]]:
    """What this person did in the last days: comes, has lunch, is busy, goes; now and then not at all."""
    chance = random.Random(one.username)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for days_ago in range(DAYS, 0, -1):
        day = today - timedelta(days=days_ago)
        if chance.random() < (0.8 if day.weekday() >= 5 else 0.05):
            continue
        moment = day + timedelta(hours=one.begins, minutes=chance.randrange(60))
        for status, longest in (
            (Status.ONLINE, 200),
            (Status.AWAY, 60),
            (Status.ONLINE, 90),
            (Status.BUSY, 90),
            (Status.ONLINE, 150),
        ):
            yield moment, status
            moment += timedelta(minutes=chance.randrange(longest // 2, longest), seconds=chance.randrange(60))
        yield moment, Status.OFFLINE


def _write_history(user_id: int, device: DeviceType, changes: list[tuple[datetime, Status]]) -> None:
    presence = db.session.get_one(UserPresence, user_id)
    ends = [at for at, _ in changes[1:]] + [None]
    previous = Status.OFFLINE
    for version, ((at, status), until) in enumerate(zip(changes, ends, strict=True), 1):
        db.session.add(
            StatusChange(
                user_id=user_id,
                status=status,
                previous=previous,
                device_type=None if status is Status.OFFLINE else device,
                at=at,
                until=until,
                epoch=EPOCH,
                version=version,
            )
        )
        presence.presence, presence.since, presence.last_seen = status, at, at
        presence.epoch, presence.version = EPOCH, version
        previous = status
