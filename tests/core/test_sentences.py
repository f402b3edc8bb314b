"""What people read when a field is refused."""

from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from pulse.core.schemas import AwareMoment, Input


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def is_no_brace(text: str) -> str:
    if "{" in text:
        raise ValueError("No {brace} here.")
    return text


class Part(Input):
    name: Annotated[str, Field(max_length=3)] = ""


class Form(Input):
    needed: str
    name: Annotated[str, AfterValidator(is_no_brace), Field(min_length=1, max_length=3)] = "x"
    long: Annotated[str, Field(min_length=8)] = "12345678"
    number: Annotated[int, Field(ge=30, le=60)] = 30
    share: float = 0.5
    on: bool = True
    colour: Colour = Colour.RED
    at: AwareMoment | None = None
    parts: Annotated[list[Part], Field(max_length=2)] = []
    shape: Annotated[str, Field(pattern="^a$")] = "a"


def refusals(schema: type[BaseModel], data: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        schema.model_validate(data)
    return {".".join(map(str, error["loc"])): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("needed", None, "This must be text."),
        ("name", "", "This must not be empty."),
        ("name", "long", "This may have 3 characters at most."),
        ("name", "{x}", "No {brace} here."),
        ("name", "\0", "Text must not contain NUL characters."),
        ("long", "short", "This must have 8 characters or more."),
        ("number", 29, "This must be 30 or more."),
        ("number", 10**30, "This must be 60 or less."),
        ("number", 30.5, "This must be a whole number."),
        ("number", "x", "This must be a whole number."),
        ("number", None, "This must be a whole number."),
        ("share", "x", "This must be a number."),
        ("on", "maybe", "This must be true or false."),
        ("colour", "green", "This must be one of 'red' or 'blue'."),
        ("at", "soon", "This must be a time, such as 2026-11-21T09:30:00Z."),
        ("at", "2026-11-21T09:30:00", "This needs a time zone, such as Z."),
        ("parts", "x", "This must be a list."),
        ("parts", [{}, {}, {}], "There may be 2 of these at most."),
        ("shape", "b", "This does not have the right form."),
    ],
)
def test_each_refusal_is_a_sentence(field: str, value: Any, text: str) -> None:
    assert list(refusals(Form, {"needed": "x", field: value}).values()) == [text]


def test_places_stay_what_they_are() -> None:
    assert refusals(Form, {"parts": [{}, {"name": "long"}]}) == {
        "needed": "This is needed.",
        "parts.1.name": "This may have 3 characters at most.",
    }
    assert refusals(Form, []) == {"": "This must be an object."}
