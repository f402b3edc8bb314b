"""Wire formats of the feed, shared by REST and sockets."""

from typing import Annotated, Any

from pydantic import Field

from pulse.activity import rules
from pulse.activity.rules import ActivityType
from pulse.core.pagination import PageQuery
from pulse.core.schemas import Input, Moment, Output

WorkspaceId = Annotated[int, Field(ge=1, lt=2**53, examples=[1])]


class FeedIn(PageQuery, Input):
    """Which workspace, and which page of its feed."""

    workspace_id: WorkspaceId


class ActivityOut(Output):
    """A line of the feed. A line that grows keeps its id: the newer one replaces it."""

    id: Annotated[int, Field(examples=[1])]
    workspace_id: Annotated[int, Field(examples=[1])]
    conversation_id: Annotated[int | None, Field(description="Of a channel.", examples=[12])]
    actor_id: Annotated[int | None, Field(description="Null if the account is gone.", examples=[7])]
    actor: Annotated[str | None, Field(description="Their username.", examples=["john"])]
    actor_email: Annotated[
        str | None, Field(description="While they are in the workspace.", examples=["john@example.org"])
    ]
    type: Annotated[ActivityType, Field(examples=[ActivityType.MESSAGE_SENT])]
    ref_id: Annotated[
        int,
        Field(
            description="What it is about: the latest message; the channel; for members the user; else the "
            "invitation or workspace.",
            examples=[5],
        ),
    ]
    summary: Annotated[str, Field(examples=["John Doe sent a message in #general"])]
    count: Annotated[int, Field(description="How many things alike this line stands for.", examples=[1])]
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, row: Any) -> "ActivityOut":
        line = row.Activity
        kind = ActivityType(line.type)
        return cls(
            id=line.id,
            workspace_id=line.workspace_id,
            conversation_id=line.conversation_id,
            actor_id=line.actor_id,
            actor=row.username,
            actor_email=row.email if row.actor_role else None,
            type=kind,
            ref_id=line.ref_id,
            summary=rules.summary(kind, row.full_name or row.username or "", line.subject, line.count),
            count=line.count,
            created_at=line.created_at,
            updated_at=line.updated_at,
        )


class FollowIn(Input):
    workspace_id: WorkspaceId


class FollowOut(Output):
    workspace_id: Annotated[int, Field(examples=[1])]


class ActivityUpdate(Output):
    """A line is new, or has grown."""

    activity: ActivityOut


class Resync(Output):
    """Lines may have been missed: subscribe again, and read the newest page."""
