"""What others see, decided from facts alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.presence.rules import (
    Choice,
    Device,
    DeviceType,
    Facts,
    Limits,
    Status,
    changed_at,
    current_choice,
    decide,
)

LIMITS = Limits(offline_after=120_000, disconnect_grace=25_000, idle_after=300_000)
NOW = 1_790_000_000_000


def device(id: str = "laptop", beat: int = 0, used: int | None = 0, **options: object) -> Device:
    """A device that beat and was used so many seconds ago."""
    last_input = 0 if used is None else NOW - used * 1000
    return Device(id, DeviceType.WEB, beat=NOW - beat * 1000, input=last_input, **options)  # type: ignore[arg-type]


def status(
    *devices: Device, choice: Choice = Choice.AUTO, expires: int | None = None, active: bool = True
) -> str:
    return decide(Facts(active, choice, expires, devices), LIMITS, NOW).status


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([], "offline"),
        ([device()], "online"),
        ([device(beat=119)], "online"),
        ([device(beat=120)], "offline"),
        ([device(used=299)], "online"),
        ([device(used=300)], "away"),
        ([device(used=None)], "away"),
        # a phone that sleeps and a laptop in use
        ([device("phone", used=3000), device("laptop", used=10)], "online"),
        ([device("phone", beat=500), device("laptop", used=400)], "away"),
    ],
)
def test_the_best_live_device_decides(devices: list[Device], expected: str) -> None:
    assert status(*devices) == expected


@pytest.mark.parametrize(
    ("closed", "beat", "expected"),
    [(24, 30, "online"), (25, 30, "offline"), (30, 10, "online"), (200, 10, "online")],
)
def test_a_closed_socket_leaves_the_time_of_a_reload(closed: int, beat: int, expected: str) -> None:
    """Closed so many seconds ago; a beat since then (over REST) counts more."""
    assert status(device(beat=beat, closed=NOW - closed * 1000)) == expected


@pytest.mark.parametrize("choice", [Choice.AWAY, Choice.BUSY])
def test_a_choice_holds_while_a_device_lives(choice: Choice) -> None:
    assert status(device(), choice=choice) == choice.value
    assert status(device(used=3000), choice=choice) == choice.value
    assert status(choice=choice) == "offline"


def test_a_choice_ends_at_its_expiry() -> None:
    assert status(device(), choice=Choice.BUSY, expires=NOW + 1) == "busy"
    assert status(device(), choice=Choice.BUSY, expires=NOW) == "online"
    assert status(device(), choice=Choice.INVISIBLE, expires=NOW) == "online"
    assert current_choice(Choice.BUSY, None, NOW) is Choice.BUSY


def test_invisible_people_and_inactive_accounts_are_offline() -> None:
    assert status(device(), choice=Choice.INVISIBLE) == "offline"
    assert status(device(), choice=Choice.BUSY, active=False) == "offline"


def test_a_late_look_does_not_move_the_change() -> None:
    gone = device(beat=500)
    facts = Facts(True, Choice.AUTO, None, [gone, device("phone", beat=400)])
    assert changed(Status.ONLINE, facts) == NOW - 280_000
    idle = Facts(True, Choice.AUTO, None, [device(used=350)])
    assert changed(Status.ONLINE, idle) == NOW - 50_000


def changed(previous: Status, facts: Facts) -> int:
    return changed_at(previous, decide(facts, LIMITS, NOW), facts, LIMITS, NOW)


def test_the_end_of_a_choice_is_when_it_changed() -> None:
    over = NOW - 4_000
    assert changed(Status.BUSY, Facts(True, Choice.BUSY, over, [device(beat=10)])) == over
    assert changed(Status.OFFLINE, Facts(True, Choice.INVISIBLE, over, [device(beat=10)])) == over
    idle_since = Facts(True, Choice.BUSY, over, [device(beat=10, used=302)])
    assert changed(Status.BUSY, idle_since) == NOW - 2_000


def test_what_happens_happens_now() -> None:
    """A beat that brings somebody back tells of idleness before it, which is not when they came."""
    assert changed(Status.OFFLINE, Facts(True, Choice.AUTO, None, [device(used=400)])) == NOW
    assert changed(Status.OFFLINE, Facts(True, Choice.INVISIBLE, NOW - 9_000, [device()])) == NOW
    assert changed(Status.BUSY, Facts(True, Choice.AUTO, None, [device(used=400)])) == NOW
    assert changed(Status.ONLINE, Facts(True, Choice.INVISIBLE, None, [device(beat=500)])) == NOW


def test_away_begins_when_the_used_device_dies_not_when_the_sleeping_one_fell_asleep() -> None:
    phone, laptop = device("phone", used=5000), device("laptop", beat=125, used=126)
    assert changed(Status.ONLINE, Facts(True, Choice.AUTO, None, [phone, laptop])) == NOW - 5_000


ages = st.integers(0, 1_000_000)
devices = st.lists(
    st.builds(
        lambda id, beat, used, closed: Device(
            str(id), DeviceType.WEB, 1, NOW - beat, NOW - used, None if closed is None else NOW - closed
        ),
        st.integers(0, 5),
        ages,
        ages,
        st.none() | ages,
    ),
    max_size=5,
    unique_by=lambda device: device.id,
)


@given(devices, st.sampled_from(Choice), st.none() | st.integers(NOW - 10, NOW + 10), st.booleans())
def test_laws(found: list[Device], choice: Choice, expires: int | None, active: bool) -> None:
    """Nobody is seen without a live device; one more dead device changes nothing; invisible means offline."""
    facts = Facts(active, choice, expires, found)
    verdict = decide(facts, LIMITS, NOW)
    if not any(d.is_alive(NOW, LIMITS) for d in found) or not active:
        assert verdict.status is Status.OFFLINE
    dead = Device("dead", beat=NOW - 120_000, input=NOW)
    assert decide(Facts(active, choice, expires, [*found, dead]), LIMITS, NOW).status is verdict.status
    if current_choice(choice, expires, NOW) is Choice.INVISIBLE:
        assert verdict.status is Status.OFFLINE
    if verdict.status is not Status.OFFLINE:
        assert verdict.device in found
