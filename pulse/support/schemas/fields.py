"""Fields that several wire formats of the desk share."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from pulse.accounts.models import User
from pulse.core.schemas import Output
from pulse.support import rules
from pulse.support.rules import Priority


def _one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ValueError("There is no such time zone.") from None
    return name


def _week(week: list[list[list[int]]]) -> list[list[list[int]]]:
    if week and len(week) != 7:
        raise ValueError("Give seven days, Monday first, or none at all.")
    for day in week:
        edges = [edge for span in day for edge in span]
        if edges != sorted(set(edges)) or any(not 0 <= edge <= 24 * 60 for edge in edges):
            raise ValueError("The spans of a day are minutes after midnight, in order, apart.")
    return week


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


Id = Annotated[int, Field(ge=1, lt=2**53, examples=[12])]
Tag = Annotated[
    str,
    BeforeValidator(lambda tag: _one_line(tag).lower() if isinstance(tag, str) else tag),
    Field(min_length=1, max_length=40, examples=["billing"]),
]
Tags = Annotated[list[Tag], Field(max_length=rules.TAGS_AT_MOST)]
Subject = Annotated[
    str, BeforeValidator(_one_line), Field(min_length=1, max_length=200, examples=["Technical Support"])
]
Name = Annotated[str, BeforeValidator(_one_line), Field(min_length=1, max_length=80, examples=["Sales"])]
ReplyName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[\w-]+$", examples=["refund"])]
Text = Annotated[str, Field(min_length=1, max_length=8000, examples=["Needs the invoice of May."])]
TimeZone = Annotated[str, AfterValidator(_zone), Field(max_length=64, examples=["Europe/Berlin"])]
Span = Annotated[list[int], Field(min_length=2, max_length=2, examples=[[540, 1020]])]
Week = Annotated[
    list[Annotated[list[Span], Field(max_length=24)]],
    AfterValidator(_week),
    Field(
        description="Per weekday, Monday first, the spans in minutes after midnight; empty: always open.",
        max_length=7,
        examples=[[[[540, 1020]]] * 5 + [[], []]],
    ),
]
Holidays = Annotated[
    list[Annotated[str, AfterValidator(_day), Field(max_length=10)]],
    Field(max_length=400, description="Days without any hours.", examples=[["2026-12-25"]]),
]
ShownPriority = Annotated[Priority, Field(examples=[Priority.MEDIUM])]


class PersonOut(Output):
    """Somebody in a ticket."""

    id: Annotated[int, Field(examples=[7])]
    username: Annotated[str, Field(examples=["ann"])]
    full_name: Annotated[str, Field(examples=["Ann Example"])]
    avatar_url: Annotated[str | None, Field(examples=[None])]
    presence: Annotated[
        str | None, Field(description="Null where presence is not at hand.", examples=["online"])
    ] = None

    @classmethod
    def of(cls, user: User, presence: str | None = None) -> "PersonOut":
        return cls(
            id=user.id,
            username=user.username,
            full_name=user.full_name,
            avatar_url=f"/api/avatars/{user.avatar}" if user.avatar else None,
            presence=presence,
        )
