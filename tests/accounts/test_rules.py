"""Pure decisions about accounts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.accounts import rules

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@given(st.text())
def test_clean_values_stay_as_they_are(text: str) -> None:
    for clean in (rules.clean_username, rules.clean_email):
        try:
            value = clean(text)
        except ValueError:
            continue
        assert value.isascii()
        assert clean(value) == value


def test_addresses_are_kept_in_one_form() -> None:
    assert rules.clean_email("Ann@BÜCHER.example") == "ann@xn--bcher-kva.example"
    assert rules.clean_email("ann@localhost") == "ann@localhost"


@pytest.mark.parametrize(
    ("tries", "seconds_ago", "locked"),
    [(0, 0, False), (4, 0, False), (5, 0, True), (5, 899, True), (5, 900, False), (9, 1, True)],
)
def test_the_lock_of_codes(tries: int, seconds_ago: int, locked: bool) -> None:
    assert rules.is_code_locked(tries, NOW - timedelta(seconds=seconds_ago), NOW) is locked


def test_codes_are_good_for_five_minutes_and_once() -> None:
    assert rules.is_code_current(NOW, None, NOW + timedelta(seconds=299))
    assert not rules.is_code_current(NOW, None, NOW + timedelta(seconds=300))
    assert not rules.is_code_current(NOW, NOW, NOW)
