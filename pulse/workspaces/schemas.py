"""Wire formats of workspaces."""

from typing import Annotated, Any

from pydantic import Field, field_validator

from pulse.accounts.schemas import Email
from pulse.core.pagination import PageQuery
from pulse.core.schemas import Input, Moment, Output
from pulse.workspaces.rules import MemberRole

Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Engineering"])]
Description = Annotated[str, Field(max_length=1000, examples=["Those who build it"])]
ShownRole = Annotated[MemberRole, Field(examples=[MemberRole.MEMBER])]


class WorkspaceIn(Input):
    name: Name
    description: Description = ""


class WorkspaceChangeIn(Input):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Description | None = None

    @field_validator("name", "description", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("Leave it out instead.")
        return value


class WorkspaceOut(Output):
    id: Annotated[int, Field(examples=[1])]
    name: Annotated[str, Field(examples=["Engineering"])]
    description: Annotated[str, Field(examples=["Those who build it"])]
    role: Annotated[MemberRole, Field(description="Your own role.", examples=[MemberRole.OWNER])]
    member_count: Annotated[int, Field(examples=[12])]
    created_by: Annotated[
        str | None, Field(description="Address of who made it.", examples=["ann@example.org"])
    ]
    created_at: Moment

    @classmethod
    def of(cls, row: Any) -> "WorkspaceOut":
        workspace = row.Workspace
        return cls(
            id=workspace.id,
            name=workspace.name,
            description=workspace.description,
            role=MemberRole(row.role),
            member_count=row.member_count,
            created_by=row.created_by,
            created_at=workspace.created_at,
        )


class MemberIn(Input):
    user_id: Annotated[int, Field(ge=1, lt=2**53, examples=[7])]
    role: ShownRole = MemberRole.MEMBER


class RoleIn(Input):
    role: ShownRole


class MemberOut(Output):
    user_id: Annotated[int, Field(examples=[7])]
    username: Annotated[str, Field(examples=["ann"])]
    full_name: Annotated[str, Field(examples=["Ann Example"])]
    email: Annotated[str | None, Field(examples=["ann@example.org"])]
    avatar_url: Annotated[str | None, Field(examples=["/api/avatars/q3Zs.webp"])]
    role: ShownRole
    joined_at: Moment

    @classmethod
    def of(cls, row: Any) -> "MemberOut":
        return cls(
            user_id=row.id,
            username=row.username,
            full_name=row.full_name,
            email=row.email,
            avatar_url=f"/api/avatars/{row.avatar}" if row.avatar else None,
            role=MemberRole(row.role),
            joined_at=row.joined_at,
        )


class InvitationIn(Input):
    email: Email
    role: ShownRole = MemberRole.MEMBER


class InvitationOut(Output):
    id: Annotated[int, Field(examples=[3])]
    email: Annotated[str, Field(examples=["bob@example.org"])]
    role: ShownRole
    created_at: Moment
    expires_at: Moment


class AcceptIn(Input):
    token: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            description="From the mailed link.",
            examples=["WzMsImJvYkBleGFtcGxlLm9yZyJd.aSB3YXM.c2lnbmF0dXJl"],
        ),
    ]


class ListQuery(PageQuery, Input):
    """A page of a list."""
