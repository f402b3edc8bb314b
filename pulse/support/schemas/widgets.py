"""Wire formats of widgets and visitors."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from pulse.accounts.schemas import Email
from pulse.core.estimates import EstimateOut
from pulse.core.schemas import Input, Moment, Output
from pulse.support.models import Widget
from pulse.support.schemas.agents import Change
from pulse.support.schemas.fields import Id, Name
from pulse.support.schemas.rooms import RoomOut


def _origin(text: str) -> str:
    parts = urlsplit(text)
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.netloc != ""
    is_plain = all(char.isascii() and (char.isalnum() or char in ".-:[]") for char in parts.netloc)
    if parts.scheme not in ("http", "https") or not is_bare or not is_plain:
        raise ValueError("An origin is such as https://www.example.org.")
    return f"{parts.scheme}://{parts.netloc}".lower()


Origins = Annotated[
    list[Annotated[str, AfterValidator(_origin), Field(max_length=300)]],
    Field(max_length=50, description="Whose pages may show it.", examples=[["https://www.example.org"]]),
]


class WidgetIn(Input):
    name: Name
    origins: Origins = []
    team_id: Id | None = None


class WidgetChangeIn(Change):
    MAY_BE_NULL = frozenset({"team_id"})

    name: Name | None = None
    origins: Origins | None = None
    team_id: Annotated[Id | None, Field(description="Who answers; null: everybody.")] = None
    is_enabled: bool | None = None


class WidgetOut(Output):
    """A widget, for admins."""

    id: Annotated[int, Field(examples=[1])]
    key: Annotated[str, Field(description="Public: `data-key` of the script.", examples=["h5Zk3..."])]
    secret: Annotated[
        str, Field(description="Signs customers; for the page's server only.", examples=["..."])
    ]
    name: Annotated[str, Field(examples=["Website"])]
    origins: Annotated[list[str], Field(examples=[["https://www.example.org"]])]
    team_id: Annotated[int | None, Field(examples=[None])]
    is_enabled: Annotated[bool, Field(examples=[True])]
    created_at: Moment

    @classmethod
    def of(cls, widget: Widget) -> "WidgetOut":
        return cls.model_validate(widget)


class ClaimIn(Input):
    """Who the page says its visitor is."""

    id: Annotated[str, Field(min_length=1, max_length=200, examples=["customer-17"])]
    hash: Annotated[str, Field(max_length=64, description="HMAC-SHA256(secret, id), hexadecimal.")]
    name: Annotated[str, Field(max_length=200, examples=["Bob Example"])] = ""
    email: Annotated[str, Field(max_length=254, examples=["bob@example.org"])] = ""


class ArriveIn(Input):
    visitor_token: Annotated[str | None, Field(max_length=500, description="From the last time.")] = None
    customer: ClaimIn | None = None


class HoursOut(Output):
    is_open: Annotated[bool, Field(examples=[True])]
    opens_at: Moment | None
    is_somebody_here: Annotated[bool, Field(description="An agent is available and online.", examples=[True])]
    predicted_response: EstimateOut | None


class ArrivedOut(Output):
    """A visitor's way in: `access_token` for the API and the sockets, for 15 minutes."""

    visitor_token: Annotated[
        str, Field(description="Keep it; it names the visitor.", examples=["WzIxLDddLg..."])
    ]
    access_token: Annotated[str, Field(examples=["eyJhbGciOiJIUzI1NiIs..."])]
    user_id: Annotated[int, Field(examples=[21])]
    name: Annotated[str, Field(examples=[""])]
    email: Annotated[str, Field(examples=[""])]
    rooms: Annotated[list[RoomOut], Field(description="Their tickets, the latest first.")]
    desk: HoursOut


class VisitorIn(Input):
    """What a visitor says about themselves."""

    name: Annotated[str | None, Field(max_length=200, examples=["Bob Example"])] = None
    email: Email | None = None


class PageIn(Input):
    url: Annotated[str, Field(max_length=2000, examples=["https://example.org/pricing"])]
    title: Annotated[str, Field(max_length=300, examples=["Pricing"])] = ""
