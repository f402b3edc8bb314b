"""Names of events, patterns, when to try again and when to give up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.accounts.events import UserRegistered
from pulse.webhooks import reactions, rules
from pulse.webhooks.service.happenings import SOURCES
from pulse.wiring import WIRING

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("patterns", "name", "is_meant"),
    [
        (["*"], "message.sent", True),
        (["message.*"], "message.sent", True),
        (["message.sent"], "message.sent", True),
        (["user.*", "message.sent"], "message.sent", True),
        (["message.*"], "messages.sent", False),
        (["message"], "message.sent", False),
        (["mess*"], "message.sent", False),
        (["message.sent"], "message.sent.twice", False),
        ([], "message.sent", False),
    ],
)
def test_patterns(patterns: list[str], name: str, is_meant: bool) -> None:
    assert rules.matches(patterns, name) is is_meant


@pytest.mark.parametrize("text", [*rules.EVENTS, "*", "message.*", "ticket.*"])
def test_good_patterns(text: str) -> None:
    assert rules.is_pattern(text)


@pytest.mark.parametrize(
    "text", ["", "mess*", "message", "message.", "message.*.*", "nothing.*", "**", "*.sent"]
)
def test_bad_patterns(text: str) -> None:
    assert not rules.is_pattern(text)


def test_the_waits_grow_and_end_after_three_days() -> None:
    moment, waits, attempts = NOW, [], 0
    while True:
        attempts += 1
        following = rules.next_try(NOW, attempts, moment, 0)
        if following is None:
            break
        waits.append((following - moment).total_seconds())
        moment = following
    assert waits[:7] == [5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600]
    assert set(waits[7:]) == {12 * 3600}
    assert timedelta(days=2, hours=12) <= moment - NOW <= timedelta(days=3)


@given(st.integers(1, 30), st.floats(0, 1))
def test_jitter_only_adds_and_only_a_little(attempts: int, chance: float) -> None:
    assert rules.wait(attempts, 0) <= rules.wait(attempts, chance) <= rules.wait(attempts, 0) * 1.2


def test_failure_lasts_after_five_days() -> None:
    assert not rules.is_lasting(None, NOW)
    assert not rules.is_lasting(NOW - timedelta(days=5) + timedelta(seconds=1), NOW)
    assert rules.is_lasting(NOW - timedelta(days=5), NOW)


def test_nobody_costs_more_than_a_tenth_of_a_worker() -> None:
    assert rules.rest(0.2) == 0
    assert 15 / (15 + rules.rest(15)) == pytest.approx(0.1)


def test_a_lease_is_longer_than_sending_takes() -> None:
    """Resolving has a limit of its own; all else is within the limit of the whole."""
    assert rules.LEASE.total_seconds() > rules.CONNECT_WITHIN + rules.ANSWER_WITHIN


def test_every_event_that_can_be_told_is_wired() -> None:
    wired = {
        event
        for event, reacting in WIRING.in_transaction.items()
        if any(reaction.__module__ == "pulse.webhooks.reactions" for reaction in reacting)
    }
    assert wired == set(SOURCES) - {UserRegistered}
    assert reactions.store_later in WIRING.durable[UserRegistered]
    for event in wired:  # last, so that it tells what the others have made of it
        assert WIRING.in_transaction[event][-1].__module__ == "pulse.webhooks.reactions"
