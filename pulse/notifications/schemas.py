"""Wire formats of notifications, shared by REST and sockets."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator

from pulse.core.pagination import PageQuery
from pulse.core.schemas import Input, Moment, Output
from pulse.notifications.rules import MAIL_AFTER_LEAST, MAIL_AFTER_MOST, NoticeKind
from pulse.notifications.view import View


class ListQuery(PageQuery, Input):
    """Which notifications."""

    unread: Annotated[bool, Field(description="Only those that are not read.")] = False


class NotificationOut(Output):
    """A notification. One that grows before it is read keeps its id: the newer one replaces it."""

    id: Annotated[int, Field(examples=[31])]
    kind: Annotated[NoticeKind, Field(examples=[NoticeKind.MENTION])]
    title: Annotated[str, Field(examples=["Ann Example mentioned you in #general"])]
    message: Annotated[
        str,
        Field(description="The latest message in a line, else the title.", examples=["@bob see this"]),
    ]
    conversation_id: Annotated[int | None, Field(examples=[12])]
    message_id: Annotated[int | None, Field(description="The latest one.", examples=[42])]
    workspace_id: Annotated[int | None, Field(examples=[1])]
    actor_id: Annotated[int | None, Field(description="Who did it last.", examples=[7])]
    actor: Annotated[str | None, Field(description="Their username.", examples=["ann"])]
    count: Annotated[int, Field(description="How many things alike it stands for.", examples=[1])]
    is_read: Annotated[bool, Field(examples=[False])]
    created_at: Moment
    updated_at: Moment
    url: Annotated[str, Field(description="The page to open.", examples=["/app/12"])]

    @classmethod
    def of(cls, view: View) -> Self:
        row = view.notification
        title = view.title
        return cls(
            id=row.id,
            kind=view.kind,
            title=title,
            message=view.text or title,
            conversation_id=row.conversation_id,
            message_id=row.message_id,
            workspace_id=view.workspace_id,
            actor_id=row.actor_id,
            actor=view.people[0].username if view.people else None,
            count=row.count,
            is_read=row.read_at is not None,
            created_at=row.created_at,
            updated_at=row.updated_at,
            url=view.url,
        )


class UnreadOut(Output):
    unread_count: Annotated[int, Field(description="Notifications that are not read.", examples=[3])]


class MarkedOut(UnreadOut):
    marked: Annotated[int, Field(description="How many were not read before.", examples=[3])]


class PreferencesOut(Output):
    mentions_while_busy: Annotated[bool, Field(description="Notify of mentions even while busy.")]
    mail_when_away: Annotated[bool, Field(description="Mail what is unread when away for long.")]
    mail_after_minutes: Annotated[int, Field(description="How long that is.", examples=[30])]


class PreferencesIn(Input):
    """What is left out stays as it is."""

    mentions_while_busy: bool | None = None
    mail_when_away: bool | None = None
    mail_after_minutes: Annotated[
        int | None, Field(ge=MAIL_AFTER_LEAST, le=MAIL_AFTER_MOST, examples=[30])
    ] = None

    @field_validator("mentions_while_busy", "mail_when_away", "mail_after_minutes", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("Leave it out instead.")
        return value


class SubscribeIn(Input):
    """Nothing is needed: one's notifications are one's own."""


class NotificationEvent(Output):
    """A notification is new, or has grown."""

    notification: NotificationOut
    message: Annotated[
        str,
        Field(
            description="All of it as text.",
            examples=["Ann Example mentioned you in #general: @bob see this"],
        ),
    ]

    @classmethod
    def of(cls, view: View) -> Self:
        text = f"{view.title}: {view.text}" if view.text else view.title
        return cls(notification=NotificationOut.of(view), message=text)


class UnreadCount(UnreadOut):
    """How many of one's notifications are unread, on all devices."""


class Resync(Output):
    """Notifications may have been missed: subscribe again, and read the newest page."""
