"""Wire formats of webhooks."""

from typing import Annotated, Self

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from pulse.core.pagination import PageQuery
from pulse.core.schemas import AwareMoment, Input, Moment, Output
from pulse.support.schemas.agents import Change
from pulse.support.schemas.fields import Id
from pulse.webhooks import rules
from pulse.webhooks.models import Attempt, Delivery, Endpoint, WebhookEvent
from pulse.webhooks.rules import DeliveryStatus, DisabledReason


def _is_pattern(text: str) -> str:
    if not rules.is_pattern(text):
        raise ValueError("There is no such event. Name one, or several as in message.*; * is all.")
    return text


def _each_once(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))


Url = Annotated[str, Field(min_length=1, max_length=2000, examples=["https://example.org/hook"])]
AS_URL = Field(
    validation_alias=AliasChoices("url", "target_url"),
    description="Public, and https in production. Also as `target_url`.",
)
Patterns = Annotated[
    list[Annotated[str, Field(max_length=40), AfterValidator(_is_pattern)]],
    Field(
        min_length=1,
        max_length=50,
        description="Names of events, or patterns: `message.*`, `*`.",
        examples=[["presence.changed", "message.*"]],
    ),
    AfterValidator(_each_once),
]
Description = Annotated[str, Field(max_length=500, examples=["Our time sheet"])]
IsOrdered = Annotated[
    bool, Field(description="One after the other: while one cannot be delivered, the later ones wait.")
]


class EndpointIn(Input):
    url: Annotated[Url, AS_URL]
    events: Patterns = rules.EVENTS_DEFAULT
    workspace_id: Annotated[
        Id | None, Field(description="What happens there (its admins); without it: everywhere (admins).")
    ] = None
    description: Description = ""
    is_ordered: IsOrdered = False


class EndpointChangeIn(Change):
    url: Annotated[Url | None, AS_URL] = None
    events: Patterns | None = None
    description: Description | None = None
    is_ordered: IsOrdered | None = None
    is_enabled: Annotated[
        bool | None, Field(description="Switched off, what is pending is given up; you may replay it.")
    ] = None


class EndpointOut(Output):
    """A webhook."""

    id: Annotated[int, Field(examples=[3])]
    owner_id: Annotated[int, Field(description="What it is told is what they may see.", examples=[7])]
    workspace_id: Annotated[int | None, Field(description="Null: the whole server.", examples=[1])]
    url: Annotated[str, Field(examples=["https://example.org/hook"])]
    events: Annotated[list[str], Field(examples=[["presence.changed", "message.*"]])]
    description: Annotated[str, Field(examples=["Our time sheet"])]
    is_enabled: Annotated[bool, Field(examples=[True])]
    is_ordered: Annotated[bool, Field(examples=[False])]
    disabled_reason: Annotated[
        DisabledReason | None, Field(description="Why, if not by its owner.", examples=[None])
    ]
    failing_since: Annotated[Moment | None, Field(description="First failure since the last success.")]
    previous_secret_until: Annotated[Moment | None, Field(description="Until then the old secret signs too.")]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, endpoint: Endpoint) -> Self:
        return cls.model_validate(endpoint)


class SecretOut(Output):
    secret: Annotated[
        str,
        Field(
            description="Verifies signatures; keep it.", examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
        ),
    ]


class EndpointWithSecretOut(EndpointOut, SecretOut):
    """A webhook, for whoever has just made it or given it a new secret."""


class DeliveriesQuery(PageQuery, Input):
    """Which deliveries."""

    status: DeliveryStatus | None = None


class AttemptOut(Output):
    """One try."""

    at: Moment
    milliseconds: Annotated[int, Field(examples=[87])]
    status_code: Annotated[int | None, Field(description="Null: no answer.", examples=[200])]
    answer: Annotated[str, Field(description="Its first 1024 bytes.", examples=["ok"])]
    error: Annotated[str, Field(description="Why it failed, if not by its status.", examples=[""])]


class DeliveryOut(Output):
    """One event for one webhook, with every try."""

    id: Annotated[int, Field(examples=[42])]
    event_id: Annotated[
        str,
        Field(description="The header `webhook-id`.", examples=["msg_2f1c7e0a9b8d4c5e8f7a6b5c4d3e2f1a"]),
    ]
    type: Annotated[str, Field(examples=["message.sent"])]
    status: Annotated[DeliveryStatus, Field(examples=[DeliveryStatus.DELIVERED])]
    occurred_at: Moment
    next_at: Annotated[Moment | None, Field(description="When it is tried next, at the earliest.")]
    finished_at: Moment | None
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, delivery: Delivery, event: WebhookEvent, attempts: list[Attempt]) -> Self:
        return cls(
            id=delivery.id,
            event_id=event.uid,
            type=event.type,
            status=delivery.status,
            occurred_at=event.occurred_at,
            next_at=delivery.next_at if delivery.status == DeliveryStatus.PENDING else None,
            finished_at=delivery.finished_at,
            attempts=[AttemptOut.model_validate(attempt) for attempt in attempts],
        )


class ReplayIn(Input):
    """From `since` up to `until`."""

    since: Annotated[AwareMoment, Field(examples=["2026-11-21T09:00:00Z"])]
    until: Annotated[AwareMoment, Field(examples=["2026-11-21T10:00:00Z"])]

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.until <= self.since:
            raise ValueError("The end must be after the beginning.")
        return self


class ReplayOut(Output):
    replayed: Annotated[int, Field(description="How many events are sent again.", examples=[12])]
