"""Wire formats of conversations and their members."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from pulse.accounts.models import User
from pulse.accounts.rules import avatar_url
from pulse.conversations import policy, rules
from pulse.conversations.kinds import Kind, Notify
from pulse.conversations.models import Member
from pulse.conversations.queries.conversations import Listed, Pair
from pulse.conversations.rules import MessageKind
from pulse.conversations.schemas.fields import ChannelName, Id, Seq, Topic, Username
from pulse.core.pagination import PageQuery
from pulse.core.schemas import Input, Moment, Output

Presence = Mapping[str, Any]  # as the presence domain shows it


class LastMessageOut(Output):
    """A message in one line."""

    id: Annotated[int, Field(examples=[42])]
    seq: Annotated[int, Field(examples=[4])]
    kind: MessageKind
    body: Annotated[str, Field(examples=["Hey, how are you?"])]
    content: Annotated[str, Field(examples=["Hey, how are you?"])]
    created_at: Moment
    sender_id: Annotated[int | None, Field(examples=[7])]
    sender: Annotated[str | None, Field(examples=["jane"])]
    sender_name: Annotated[str | None, Field(examples=["Jane Example"])]
    is_deleted: bool


class OtherUserOut(Output):
    """The other person of a direct or support conversation. Presence is null where you may not see it."""

    id: Annotated[int, Field(examples=[2])]
    user_id: Annotated[int, Field(examples=[2])]
    username: Annotated[str, Field(examples=["jane"])]
    full_name: Annotated[str, Field(examples=["Jane Example"])]
    email: Annotated[str | None, Field(examples=[None])]
    avatar_url: Annotated[str | None, Field(examples=["/api/avatars/q3Zs.webp"])]
    status: Annotated[str | None, Field(examples=["online"])]
    is_online: Annotated[bool | None, Field(examples=[True])]
    status_text: Annotated[str | None, Field(examples=["Available"])]
    last_seen: Moment | None
    read_seq: Annotated[int, Field(description="How far they have read.", examples=[41])]
    delivered_seq: Annotated[int, Field(description="How far they have received.", examples=[42])]

    @classmethod
    def of(cls, pair: Pair, presence: Presence | None) -> "OtherUserOut":
        user, member = pair
        seen = presence or {}
        return cls(
            id=user.id,
            user_id=user.id,
            username=user.username,
            full_name=user.full_name,
            email=seen.get("email"),
            avatar_url=avatar_url(user.avatar),
            status=seen.get("status"),
            is_online=seen.get("is_online"),
            status_text=seen.get("status_text"),
            last_seen=seen.get("last_seen"),
            read_seq=member.read_seq if member else 0,
            delivered_seq=member.delivered_seq if member else 0,
        )


class ConversationOut(Output):
    """A conversation as you stand to it."""

    id: Annotated[int, Field(examples=[12])]
    conversation_id: Annotated[int, Field(description="The same as `id`.", examples=[12])]
    kind: Kind
    workspace_id: Annotated[int | None, Field(examples=[1])]
    name: Annotated[str, Field(description="Of a channel.", examples=["general"])]
    topic: Annotated[str, Field(examples=["What concerns all of us"])]
    is_private: bool
    is_archived: bool
    retention_days: Annotated[int | None, Field(description="After which messages are deleted.")]
    created_at: Moment
    updated_at: Annotated[Moment, Field(description="Of the last message.")]
    last_seq: Annotated[int, Field(description="Number of the last message.", examples=[42])]
    last_rev: Annotated[int, Field(description="Number of the last change.", examples=[57])]
    is_member: bool
    may_post: bool
    may_change: Annotated[bool, Field(description="The topic, and who is in it.")]
    may_manage: bool
    read_seq: Annotated[int, Field(examples=[40])]
    delivered_seq: Annotated[int, Field(examples=[42])]
    unread_count: Annotated[int, Field(examples=[2])]
    notify: Notify | None
    is_muted: bool
    member_count: Annotated[int | None, Field(description="Where one conversation was asked for.")] = None
    last_message: LastMessageOut | None
    other_user: OtherUserOut | None

    @classmethod
    def of(
        cls,
        listed: Listed,
        pair: Pair | None = None,
        presence: Presence | None = None,
        member_count: int | None = None,
    ) -> "ConversationOut":
        place, message, sender = listed
        conversation, member = place.conversation, place.member
        return cls(
            id=conversation.id,
            conversation_id=conversation.id,
            kind=Kind(conversation.kind),
            workspace_id=conversation.workspace_id,
            name=conversation.name,
            topic=conversation.topic,
            is_private=conversation.is_private,
            is_archived=conversation.archived_at is not None,
            retention_days=conversation.retention_days,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
            last_seq=conversation.last_seq,
            last_rev=conversation.last_rev,
            is_member=member is not None,
            may_post=policy.may_post(place),
            may_change=policy.may_change(place),
            may_manage=policy.may_manage(place),
            read_seq=member.read_seq if member else 0,
            delivered_seq=member.delivered_seq if member else 0,
            unread_count=rules.unread(conversation.last_seq, member.read_seq) if member else 0,
            notify=Notify(member.notify) if member else None,
            is_muted=member is not None and member.notify == Notify.NONE,
            member_count=member_count,
            last_message=None
            if message is None
            else LastMessageOut(
                id=message.id,
                seq=message.seq,
                kind=MessageKind(message.kind),
                body=rules.snippet(message.body),
                content=rules.snippet(message.body),
                created_at=message.created_at,
                sender_id=message.sender_id,
                sender=sender.username if sender else None,
                sender_name=(sender.full_name or sender.username) if sender else None,
                is_deleted=message.deleted_at is not None,
            ),
            other_user=OtherUserOut.of(pair, presence) if pair else None,
        )


class ConversationsQuery(PageQuery, Input):
    kind: Kind | None = None
    workspace_id: Id | None = None
    unread: Annotated[bool, Field(description="Only those with something unread.")] = False
    username: Annotated[Username | None, Field(description="If given, it must be your own.")] = None


class ChannelsQuery(PageQuery, Input):
    workspace_id: Id


class ListQuery(PageQuery, Input):
    """A page of a list."""


class ChannelIn(Input):
    workspace_id: Id
    name: ChannelName
    topic: Topic = ""
    is_private: bool = False


class ChannelChangeIn(Input):
    """What is left out stays as it is."""

    name: ChannelName | None = None
    topic: Topic | None = None
    is_private: bool | None = None
    retention_days: Annotated[
        int | None, Field(ge=1, le=36500, description="Null keeps messages for ever.", examples=[365])
    ] = None

    @field_validator("name", "topic", "is_private", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("Leave it out instead.")
        return value


class PersonIn(Input):
    username: Username


class PreferenceIn(Input):
    """What to be notified of; `is_muted` true is `none`, false is the kind's own default."""

    notify: Notify | None = None
    is_muted: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.notify is None and self.is_muted is None:
            raise ValueError("Say notify or is_muted.")
        return self

    def choice(self, default: Notify) -> Notify:
        return self.notify or (Notify.NONE if self.is_muted else default)


class PeopleIn(Input):
    """One person or several."""

    user_id: Id | None = None
    user_ids: Annotated[list[Id], Field(max_length=rules.MEMBERS_PER_REQUEST, examples=[[7, 12]])] = []

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not self.everybody:
            raise ValueError("Name user_id or user_ids.")
        return self

    @property
    def everybody(self) -> set[int]:
        return {*self.user_ids, *([self.user_id] if self.user_id else [])}


class AddedOut(Output):
    added: Annotated[list[int], Field(description="Ids of those who are new.", examples=[[7]])]


class ConversationMemberOut(Output):
    """Somebody in a conversation. Presence is null where you may not see it."""

    user_id: Annotated[int, Field(examples=[7])]
    username: Annotated[str, Field(examples=["ann"])]
    full_name: Annotated[str, Field(examples=["Ann Example"])]
    avatar_url: Annotated[str | None, Field(examples=["/api/avatars/q3Zs.webp"])]
    status: Annotated[str | None, Field(examples=["online"])]
    status_text: Annotated[str | None, Field(examples=["Available"])]
    joined_at: Moment

    @classmethod
    def of(cls, user: User, member: Member, presence: Presence | None) -> "ConversationMemberOut":
        seen = presence or {}
        return cls(
            user_id=user.id,
            username=user.username,
            full_name=user.full_name,
            avatar_url=avatar_url(user.avatar),
            status=seen.get("status"),
            status_text=seen.get("status_text"),
            joined_at=member.joined_at,
        )


class UnreadOut(Output):
    """Everything that you have not read, muted conversations left out."""

    unread_count: Annotated[int, Field(examples=[5])]
    conversations: Annotated[int, Field(examples=[2])]


class SeqIn(Input):
    seq: Annotated[Seq | None, Field(description="Up to which message; without it, all.")] = None


class UnreadIn(Input):
    seq: Annotated[Seq, Field(description="This message, and all behind it, are unread.")]


class BlockedOut(Output):
    user_id: Annotated[int, Field(examples=[7])]
    username: Annotated[str, Field(examples=["ann"])]
    full_name: Annotated[str, Field(examples=["Ann Example"])]
    created_at: Moment
