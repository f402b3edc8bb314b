"""Cursors: ours come back as they were, all others are refused."""

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pulse.core.errors import InvalidInput
from pulse.core.pagination import PageQuery, cut, decode_cursor, encode_cursor

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@given(texts, st.integers(-(2**63) + 1, 2**63 - 1))
def test_a_cursor_comes_back_as_it_was(text: str, number: int) -> None:
    assert decode_cursor(encode_cursor(text, number), str, int) == (text, number)


@given(st.text(max_size=100))
def test_anything_else_is_refused_and_never_breaks(text: str) -> None:
    with suppress(InvalidInput):
        place = decode_cursor(text, str, int)
        assert place is None or (type(place[0]), type(place[1])) == (str, int)


def raw(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor(1, "a"),
        encode_cursor("a"),
        encode_cursor("a", 1, 1),
        encode_cursor("a", True),
        encode_cursor("a", 1.5),
        encode_cursor("a", 2**63),
        encode_cursor("a\0", 1),
        encode_cursor("\ud800", 1),
        raw('{"a": 1}'),
        raw("null"),
        raw("[" * 10_000),
        raw(json.dumps([["a"] * 3, 1])),
        raw("NaN"),
        "====",
        "é",
    ],
)
def test_foreign_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(cursor, str, int)


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None, str) is decode_cursor("", str) is None


def test_cutting_a_page() -> None:
    assert cut([1, 2, 3], 2) == ([1, 2], 2)
    assert cut([1, 2], 2) == ([1, 2], None)
    assert cut([], 2) == ([], None)


@pytest.mark.parametrize("limit", [0, -1, 201, "many"])
def test_pages_have_a_size(limit: object) -> None:
    with pytest.raises(ValidationError):
        PageQuery(limit=limit)  # type: ignore[arg-type]  # that is the test
