"""Whom a socket follows, for whom a user waits, and what the server sends of them."""

from typing import Annotated

from pydantic import Field

from pulse.core.schemas import Input, Moment, Output
from pulse.presence.rules import Status
from pulse.presence.schemas.people import PresenceOut

UserId = Annotated[int, Field(ge=1, lt=2**53)]


class SubscribeIn(Input):
    """Whom to follow: some users, the members of a workspace of yours, or `all` (admins)."""

    user_ids: Annotated[list[UserId], Field(max_length=1000)] = []
    workspace_id: Annotated[int | None, Field(ge=1, lt=2**53)] = None
    all: bool = False


class SubscribeOut(Output):
    subscribed: list[int]
    not_found: Annotated[list[int], Field(description="Those who do not exist for you.")]


class UserIdIn(Input):
    user_id: UserId


class WatchOut(Output):
    user_id: int
    watching: bool


class WatchesOut(Output):
    user_ids: Annotated[list[int], Field(examples=[[7, 12]])]


class PresenceUpdate(PresenceOut):
    """A change of what others see. Drop it unless (epoch, version) is newer than what you have."""

    previous: Status


class PresenceSnapshot(Output):
    """The presence of those whom a socket has just begun to follow."""

    users: list[PresenceOut]


class CameOnline(Output):
    """Somebody you waited for is here. Comes again on connecting until you `unwatch` them."""

    user_id: int
    username: Annotated[str, Field(examples=["ann"])]
    at: Moment


class PresenceHidden(Output):
    """You may not see this user any more."""

    user_id: int


class Resync(Output):
    """News may have been missed: beat at once and subscribe again."""
