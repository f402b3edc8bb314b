"""Who is here: one person, the list of people, the status board."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, field_validator

from pulse.core.estimates import EstimateOut
from pulse.core.pagination import NextCursor, PageQuery
from pulse.core.schemas import Input, Moment, Output
from pulse.presence.rules import Choice, DeviceType, Status


class DeviceOut(Output):
    device_id: str
    device_type: DeviceType
    session_id: int | None
    last_beat: Moment | None
    last_input: Moment | None
    sockets: Annotated[int, Field(description="Open sockets.")]
    is_alive: bool
    dies_at: Moment | None
    idle_at: Moment | None


class PresenceOut(Output):
    """A user's presence at the moment of asking. The fields from `choice` on are for oneself and admins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "user_id": 7,
                    "username": "ann",
                    "email": None,
                    "full_name": "Ann Lee",
                    "avatar_url": None,
                    "user_email": None,
                    "status": "online",
                    "online_status": "online",
                    "is_online": True,
                    "status_text": "in the workshop",
                    "last_seen": "2026-01-21T22:30:00.000Z",
                    "last_activity": "2026-01-21T22:30:00.000Z",
                    "device_type": "web",
                    "since": "2026-01-21T22:00:00.000Z",
                    "epoch": 1790000000000,
                    "version": 3,
                }
            ]
        }
    )

    id: Annotated[int, Field(description="The same as `user_id`.")]
    user_id: int
    username: str
    email: Annotated[str | None, Field(description="The same as `user_email`.")] = None
    full_name: str
    avatar_url: str | None
    user_email: Annotated[str | None, Field(description="For oneself and admins.")] = None
    status: Status
    online_status: Annotated[Status, Field(description="The same as `status`.")]
    is_online: Annotated[bool, Field(description="Anything but offline.")]
    status_text: str
    last_seen: Annotated[Moment | None, Field(description="Null if the user does not show it.")]
    last_activity: Annotated[Moment | None, Field(description="The same as `last_seen`.")]
    device_type: DeviceType | None
    since: Annotated[Moment | None, Field(description="Since when the status holds.")]
    epoch: Annotated[int, Field(description="Grows when live state was lost; compare before `version`.")]
    version: Annotated[int, Field(description="Grows with each change; drop what is not newer.")]
    choice: Choice | None = None
    choice_expires_at: Moment | None = None
    account_status: str | None = None
    role: str | None = None
    reason: Annotated[str | None, Field(description="The rule that decided.")] = None
    devices: list[DeviceOut] | None = None


class PersonPresenceOut(PresenceOut):
    """One user's presence, and what the past tells of them to whoever may see when they were here."""

    predicted_response_time: Annotated[
        float | None,
        Field(
            description="Seconds until they reply to what is written now, the median; null without evidence.",
            examples=[95.0],
        ),
    ] = None
    predicted_response: Annotated[
        EstimateOut | None, Field(description="The same with its ranges, its evidence and where it is from.")
    ] = None
    engagement_score: Annotated[
        float | None, Field(description="0 to 100, of the last seven days.", examples=[38.5])
    ] = None


class ExplanationOut(PresenceOut):
    """Why a user is shown as they are."""

    explanation: Annotated[list[str], Field(examples=[["The web device had input 20 seconds ago."]])]


class BoardCounts(Output):
    online: int
    away: int
    busy: int
    offline: int
    total: int


class BoardOut(Output):
    """A page of the status board."""

    data: list[PresenceOut]
    next: NextCursor
    counts: Annotated[BoardCounts, Field(description="Of all users, as recorded last.")]


class PeopleQuery(PageQuery, Input):
    q: Annotated[str, Field(max_length=100, description="Part of a username or name.")] = ""
    username: Annotated[str | None, Field(max_length=50, description="Your own, if at all.")] = None


class BoardQuery(PageQuery, Input):
    q: Annotated[str, Field(max_length=100, description="Part of a username, name or email.")] = ""
    status: Status | None = None
    account_status: Literal["active", "pending", "suspended", "banned"] | None = None
    role: Literal["visitor", "user", "agent", "admin"] | None = None
    sort: Literal["username", "status", "since", "last_seen", "created_at"] = "username"
    order: Literal["asc", "desc"] = "asc"

    @field_validator("status", "account_status", "role", mode="before")
    @classmethod
    def _empty_is_none(cls, value: Any) -> Any:
        return value or None
