"""Refusals look the same through every door (RFC 9457)."""

import pytest

from pulse.core import errors
from pulse.core.errors import PulseError, problem, problem_of

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PulseError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_its_status_code_and_title(kind: type[PulseError]) -> None:
    body = problem_of(kind("Because."))
    assert (body["status"], body["code"], body["detail"]) == (kind.status, kind.code, "Because.")
    assert body["type"] == "about:blank"
    assert body["title"]
    assert "errors" not in body


def test_codes_are_stable_words_of_their_own() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert all(
        code.isascii() and code == code.lower() and " " not in code for code in (k.code for k in KINDS)
    )


def test_a_refusal_may_name_its_own_code_and_the_fields() -> None:
    body = problem_of(errors.InvalidInput("No.", code="too_odd", errors={"age": ["is odd"]}))
    assert (body["code"], body["errors"], body["status"]) == ("too_odd", {"age": ["is odd"]}, 422)
    assert errors.InvalidInput.code == "invalid_input"


def test_without_a_detail_the_status_speaks() -> None:
    assert problem(418, "teapot")["detail"]
    assert problem_of(errors.NotFound())["detail"] == "Nothing matches the given URI"
