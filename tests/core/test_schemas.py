"""Text and times at the door, whatever field they hide in."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pulse.core.schemas import AwareMoment, Input, Moment, Output, rfc3339


class Thing(Input):
    name: str = ""
    more: Any = None
    at: AwareMoment | None = None


class Shown(Output):
    at: Moment | None


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "data",
    [
        {"name": "a\0"},
        {"name": "\ud800"},
        {"more": {"deep": ["a\0"]}},
        {"more": {"a\0": 1}},
        {"unknown": "\0"},
        {"more": nested(30)},
        [],
        "text",
        None,
        7,
    ],
)
def test_bad_text_is_refused_wherever_it_is(data: Any) -> None:
    with pytest.raises(ValidationError):
        Thing.model_validate(data)


def test_good_text_is_stripped_and_unknown_fields_are_left_alone() -> None:
    thing = Thing.model_validate({"name": "  Ünïcode 😀 ", "unknown": 1, "more": nested(10)})
    assert thing.name == "Ünïcode 😀"
    assert not hasattr(thing, "unknown")


@pytest.mark.parametrize(
    "said",
    [
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "soon",
        True,
        [],
        "inf",
    ],
)
def test_bad_times_are_refused(said: Any) -> None:
    with pytest.raises(ValidationError):
        Thing(at=said)


def test_times_arrive_in_utc_and_leave_as_rfc_3339() -> None:
    thing = Thing(at="2026-01-01T02:00:00.5+02:00")  # type: ignore[arg-type]  # pydantic reads it
    assert thing.at == datetime(2026, 1, 1, 0, 0, 0, 500_000, UTC)
    assert thing.at.tzinfo is UTC
    assert Shown(at=thing.at).model_dump(mode="json") == {"at": "2026-01-01T00:00:00.500Z"}
    assert Shown(at=None).model_dump(mode="json") == {"at": None}


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_rfc_3339_keeps_milliseconds(moment: datetime) -> None:
    text = rfc3339(moment)
    assert text.endswith("Z")
    assert timedelta() <= moment - datetime.fromisoformat(text) < timedelta(milliseconds=1)


def test_outputs_read_attributes() -> None:
    class Row:
        at = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))

    assert isinstance(Shown.model_validate(Row()), BaseModel)
