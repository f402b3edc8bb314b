"""Wire formats of agents, teams, canned replies, targets and figures."""

import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from pulse.core.estimates import EstimateOut
from pulse.core.schemas import Input, Moment, Output
from pulse.support.models import CannedReply, Team
from pulse.support.rules import CAPACITY_MAX, Priority
from pulse.support.schemas.fields import (
    Holidays,
    Id,
    Name,
    PersonOut,
    ReplyName,
    ShownPriority,
    Tags,
    Text,
    TimeZone,
    Week,
)


class Change(Input):
    """What is left out stays as it is; null is refused, but for fields that may be null."""

    MAY_BE_NULL: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.MAY_BE_NULL:
            raise ValueError("Leave it out instead.")
        return value


class AvailabilityIn(Input):
    """Without `is_available` it is turned round."""

    is_available: bool | None = None


class AgentChangeIn(Change):
    capacity: Annotated[int | None, Field(ge=0, le=CAPACITY_MAX, examples=[5])] = None
    skills: Tags | None = None
    team_ids: Annotated[list[Id] | None, Field(max_length=50, examples=[[1]])] = None


class AgentOut(PersonOut):
    """An agent; `id` is the user's."""

    is_available: Annotated[bool, Field(examples=[True])]
    capacity: Annotated[int, Field(description="Active tickets at once.", examples=[5])]
    load: Annotated[int, Field(description="Active tickets now.", examples=[2])]
    current_chats: Annotated[int, Field(description="The same.", examples=[2])]
    max_concurrent_chats: Annotated[int, Field(description="The same as `capacity`.", examples=[5])]
    skills: Annotated[list[str], Field(examples=[["billing"]])]
    team_ids: Annotated[list[int], Field(examples=[[1]])]


class AgentFiguresOut(AgentOut):
    """An agent with what they did within the last days."""

    unanswered: Annotated[int, Field(description="Active tickets whose customer waits.", examples=[1])]
    resolved: Annotated[int, Field(examples=[31])]
    rating: Annotated[float | None, Field(examples=[4.6])]
    ratings: Annotated[int, Field(examples=[12])]
    response: EstimateOut | None


class FiguresQuery(Input):
    days: Annotated[int, Field(ge=1, le=400, description="How far back.")] = 30
    team_id: Id | None = None


class DeskDayOut(Output):
    """What came and was done on a UTC day."""

    day: datetime.date
    opened: Annotated[int, Field(examples=[18])]
    resolved: Annotated[int, Field(examples=[16])]
    first_response: Annotated[
        float | None, Field(description="Seconds until the first answer, the median.", examples=[48.0])
    ]


class DeskFiguresOut(Output):
    """How the desk does."""

    waiting: Annotated[int, Field(examples=[4])]
    active: Annotated[int, Field(examples=[9])]
    longest_wait_seconds: Annotated[float | None, Field(examples=[310.0])]
    opened: Annotated[int, Field(examples=[120])]
    resolved: Annotated[int, Field(examples=[113])]
    first_response: EstimateOut | None
    resolution: EstimateOut | None
    rating: Annotated[float | None, Field(examples=[4.6])]
    ratings: Annotated[int, Field(examples=[52])]
    breached: Annotated[int, Field(description="Promised times missed, of those done.", examples=[2])]
    agents: list[AgentFiguresOut]
    by_day: Annotated[list[DeskDayOut], Field(description="One entry for each day, the oldest first.")]


class TagsOut(Output):
    tags: Annotated[list[str], Field(examples=[["billing", "refund"]])]


class CountsOut(Output):
    """How many tickets there are to look at; those that are put off are left out."""

    waiting: Annotated[int, Field(description="Without an agent.", examples=[4])]
    mine: Annotated[int, Field(description="Active ones of the caller.", examples=[3])]
    open: Annotated[int, Field(description="All that are not done.", examples=[13])]


class TeamIn(Input):
    name: Name
    time_zone: TimeZone = "UTC"
    week: Week = []
    holidays: Holidays = []


class TeamChangeIn(Change):
    name: Name | None = None
    time_zone: TimeZone | None = None
    week: Week | None = None
    holidays: Holidays | None = None


class TeamOut(Output):
    id: Annotated[int, Field(examples=[1])]
    name: Annotated[str, Field(examples=["Sales"])]
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    week: Annotated[list[list[list[int]]], Field(examples=[[]])]
    holidays: Annotated[list[str], Field(examples=[["2026-12-25"]])]
    is_open: Annotated[bool, Field(examples=[True])]

    @classmethod
    def of(cls, team: Team, *, is_open: bool) -> "TeamOut":
        return cls(
            id=team.id,
            name=team.name,
            time_zone=team.time_zone,
            week=team.week,
            holidays=team.holidays,
            is_open=is_open,
        )


class ReplyIn(Input):
    name: ReplyName
    body: Text


class ReplyChangeIn(Change):
    name: ReplyName | None = None
    body: Text | None = None


class ReplyOut(Output):
    id: Annotated[int, Field(examples=[1])]
    name: Annotated[str, Field(examples=["refund"])]
    body: Annotated[str, Field(examples=["We have sent the money back."])]
    updated_at: Moment

    @classmethod
    def of(cls, reply: CannedReply) -> "ReplyOut":
        return cls(id=reply.id, name=reply.name, body=reply.body, updated_at=reply.updated_at)


Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 60, description="Of business time.", examples=[60])]


class TargetsIn(Input):
    first_response: Minutes
    resolution: Minutes


class TargetsOut(Output):
    priority: ShownPriority
    first_response: Minutes
    resolution: Minutes

    @classmethod
    def of(cls, priority: Priority, minutes: tuple[int, int]) -> "TargetsOut":
        return cls(priority=priority, first_response=minutes[0], resolution=minutes[1])
