"""Wire formats of tickets."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pulse.accounts.schemas import Email
from pulse.conversations.rules import ATTACHMENTS_PER_MESSAGE
from pulse.core.estimates import EstimateOut
from pulse.core.pagination import PageQuery
from pulse.core.schemas import AwareMoment, Input, Moment, Output
from pulse.support.rules import Priority, TicketStatus
from pulse.support.schemas.fields import Id, PersonOut, ShownPriority, Subject, Tag, Tags, Text


class RoomIn(Input):
    """What a customer asks for."""

    subject: Subject
    description: Annotated[str, Field(max_length=8000, examples=["Need help with my account"])] = ""
    priority: ShownPriority = Priority.MEDIUM
    tags: Tags = []
    team_id: Id | None = None
    attachment_ids: Annotated[
        list[Id], Field(max_length=ATTACHMENTS_PER_MESSAGE, description="Files of the description.")
    ] = []
    client_id: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            pattern=r"^[A-Za-z0-9._:-]+$",
            description="Names the request: a repeat gets the same ticket back.",
            examples=["c5a1f2-1"],
        ),
    ] = None


class RoomChangeIn(Input):
    """What is left out stays as it is."""

    subject: Subject | None = None
    priority: ShownPriority | None = None
    tags: Tags | None = None


class RoomQuery(PageQuery):
    """Which tickets. Customers get their own, whatever they ask for."""

    status: TicketStatus | None = None
    view: Annotated[
        Literal["queue", "mine", "open", "all"],
        Field(description="queue: those that wait; mine: your active ones; open: all that are not done."),
    ] = "all"
    order: Annotated[
        Literal["latest", "waiting"], Field(description="latest: changed last; waiting: who waits longest.")
    ] = "latest"
    agent_id: Id | None = None
    customer_id: Id | None = None
    conversation_id: Id | None = None
    team_id: Id | None = None
    is_snoozed: Annotated[bool | None, Field(description="Put off until later, or not.")] = None
    priority: Priority | None = None
    tag: Tag | None = None
    search: Annotated[str, Field(max_length=100, description="In subjects and names.")] = ""


class AssignIn(Input):
    """Exactly one: an agent, or a team into whose queue it goes (`null`: everybody's)."""

    agent_id: Id | None = None
    team_id: Id | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "AssignIn":
        if self.agent_id is not None and self.team_id is not None:
            raise ValueError("Name an agent or a team, not both.")
        if not self.model_fields_set & {"agent_id", "team_id"} or (
            self.agent_id is None and "team_id" not in self.model_fields_set
        ):
            raise ValueError("Name an agent or a team.")
        return self


class SnoozeIn(Input):
    until: Annotated[AwareMoment | None, Field(description="Null: show it again now.")] = None


class NoteIn(Input):
    body: Text


class RatingIn(Input):
    rating: Annotated[int, Field(ge=1, le=5, examples=[5])]
    comment: Annotated[str, Field(max_length=2000, examples=["Quick and kind"])] = ""


class TranscriptIn(Input):
    email: Email


class QueueOut(Output):
    """Where a waiting customer stands."""

    place: Annotated[int, Field(description="1 is next.", examples=[3])]
    expected_wait_seconds: Annotated[
        float | None, Field(description="Null without evidence or agents.", examples=[240.0])
    ]


class CustomerOut(PersonOut):
    """A customer as the desk sees them."""

    email: Annotated[str, Field(examples=["bob@example.org"])]
    is_vouched: Annotated[bool, Field(description="Whether their page says who they are.", examples=[False])]
    page_url: Annotated[str, Field(examples=["https://example.org/pricing"])]
    page_title: Annotated[str, Field(examples=["Pricing"])]


class DeskPartOut(Output):
    """What only the desk knows of a ticket."""

    customer: CustomerOut | None
    team_id: Annotated[int | None, Field(examples=[None])]
    widget_id: Annotated[int | None, Field(examples=[1])]
    queued_at: Moment
    assigned_at: Moment | None
    awaits_since: Annotated[Moment | None, Field(description="Since when the customer waits for an answer.")]
    first_response_at: Moment | None
    snoozed_until: Moment | None
    response_due_at: Moment | None
    resolution_due_at: Moment | None
    targets_told: Annotated[list[str], Field(examples=[["first_response:warning"]])]
    rating_comment: Annotated[str, Field(examples=[""])]


class RoomOut(Output):
    """A ticket."""

    id: Annotated[
        str, Field(description="The room's UUID.", examples=["0b6f3f0e-5d3c-4c52-9d0e-9a5c5d3e1f11"])
    ]
    conversation_id: Annotated[int, Field(examples=[42])]
    subject: Annotated[str, Field(examples=["Technical Support"])]
    description: Annotated[str, Field(examples=["Need help with my account"])]
    priority: ShownPriority
    status: Annotated[TicketStatus, Field(examples=[TicketStatus.WAITING])]
    tags: Annotated[list[str], Field(examples=[["billing"]])]
    user: Annotated[PersonOut | None, Field(description="The customer.")]
    agent: PersonOut | None
    queue: Annotated[QueueOut | None, Field(description="While it waits; for its customer.")]
    predicted_response: Annotated[
        EstimateOut | None,
        Field(description="Of an answer; for its customer; null without enough evidence."),
    ]
    is_open: Annotated[bool, Field(description="Whether it is business hours.", examples=[True])]
    opens_at: Annotated[Moment | None, Field(description="When they begin again.")]
    unread_count: Annotated[int, Field(examples=[0])]
    last_seq: Annotated[int, Field(description="Number of the last message.", examples=[9])]
    rating: Annotated[int | None, Field(examples=[None])]
    created_at: Moment
    updated_at: Moment
    resolved_at: Moment | None
    closed_at: Moment | None
    desk: Annotated[DeskPartOut | None, Field(description="For the desk; null for customers.")]


class TicketEventOut(Output):
    """A line of a ticket's history."""

    id: Annotated[int, Field(examples=[5])]
    actor: Annotated[str | None, Field(description="Username; null: by itself.", examples=["ann"])]
    change: Annotated[str, Field(examples=["priority"])]
    before: Annotated[str, Field(examples=["medium"])]
    after: Annotated[str, Field(examples=["high"])]
    at: Moment


class TicketNoteOut(Output):
    """A private note; only the desk sees it."""

    id: Annotated[int, Field(examples=[5])]
    author: PersonOut | None
    body: Annotated[str, Field(examples=["Needs the invoice of May."])]
    created_at: Moment
