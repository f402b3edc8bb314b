"""What every wire format shares: bad text is refused at the door, whatever field it hides in."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from pulse.core.sentences import in_sentences, refusal


def check_text(value: Any, depth: int = 0) -> None:
    """Raise ValueError if there is text in a JSON value that no database takes: NUL or half a character."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("Text must not contain NUL characters.")
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError("Text must be valid Unicode.")
    elif depth > 20:
        raise ValueError("This is nested too deeply.")
    elif isinstance(value, dict):
        for key, item in value.items():
            check_text(key, depth + 1)
            check_text(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_text(item, depth + 1)


class Input(BaseModel):
    """Something a client sends. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, populate_by_name=True)

    @model_validator(mode="wrap")
    @classmethod
    def _is_clean(cls, data: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            check_text(data)
        except ValueError as error:
            raise refusal(str(error)) from None
        try:
            return validate(data)
        except ValidationError as error:
            raise in_sentences(error) from None


class Output(BaseModel):
    """Something a client gets."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


def rfc3339(moment: datetime) -> str:
    """A moment on the wire: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError if it has no time zone, or UTC no such year."""
    if moment.tzinfo is None:
        raise ValueError("This needs a time zone, such as Z.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This is beyond the calendar.") from None


# A moment in an answer: RFC 3339, UTC, milliseconds.
Moment = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-21T09:30:00.000Z"]}),
]

# A moment in a request: RFC 3339 with a time zone; it arrives here in UTC.
AwareMoment = Annotated[datetime, AfterValidator(in_utc)]
