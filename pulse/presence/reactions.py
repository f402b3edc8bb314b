"""What presence does when something happened."""

from contextlib import suppress
from datetime import datetime
from typing import Protocol

from sqlalchemy import update

from pulse.accounts.events import ProfileChanged, SignedIn, UserRegistered
from pulse.core import realtime
from pulse.core.errors import Conflict
from pulse.core.events import publish
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence import policy, queries, service
from pulse.presence.events import StatusChanged, WaitsEnded
from pulse.presence.models import UserPresence, Watch
from pulse.presence.rules import Status
from pulse.workspaces.events import MemberJoined, WorkspaceDeleted


class AboutUser(Protocol):
    """Any event about one user."""

    @property
    def user_id(self) -> int: ...


def create_row(event: UserRegistered) -> None:
    """Every user has a presence from the start."""
    db.session.add(UserPresence(user_id=event.user_id))


def bump(event: AboutUser) -> None:
    """What the live copy is made of changed: copies made before must not overwrite those made after."""
    db.session.execute(
        update(UserPresence)
        .where(UserPresence.user_id == event.user_id)
        .values(rev=UserPresence.rev + 1)
        .execution_options(synchronize_session="fetch")
    )


def push_state(event: AboutUser) -> None:
    """Bring the change into Redis, and what follows from it to the subscribers."""
    service.reload([event.user_id])


def count_sign_in(event: SignedIn) -> None:
    """Signing in is a sign of life: people are online at once, unless too many devices of theirs are."""
    who = Identity(event.user_id, event.session_id, Role.USER)
    with suppress(Conflict):
        service.count_input(who, service.Beat(device_id=event.device_id or "", device_type=event.device_type))


def recheck_audience(event: ProfileChanged) -> None:
    """Who may see this user, or whom they may see, may have changed: every process looks again.

    Before the news is told, so that nobody hears it who may not.
    """
    service.take_over([event.user_id])
    realtime.call_everywhere("presence.recheck_audience", {"user_id": event.user_id})


def recheck_follower(event: AboutUser) -> None:
    """Somebody shares less with others than before: every process looks again at whom they follow."""
    realtime.call_everywhere("presence.recheck_audience", {"user_id": event.user_id})


def recheck_followers(event: WorkspaceDeleted) -> None:
    """The same for all members of a workspace that is gone."""
    for user_id in event.user_ids:
        realtime.call_everywhere("presence.recheck_audience", {"user_id": user_id})


def follow_member(event: MemberJoined) -> None:
    """Whoever follows a workspace follows its new member too."""
    data = {"workspace_id": event.workspace_id, "user_id": event.user_id}
    realtime.call_everywhere("presence.follow_member", data)


def end_waits(event: StatusChanged) -> None:
    """Somebody came online: who waited for them by then waits no longer, and knows it even if we die now."""
    if event.previous == Status.OFFLINE:
        at = datetime.fromisoformat(event.at)
        ended = db.session.execute(
            update(Watch)
            .where(Watch.user_id == event.user_id, Watch.came_online_at.is_(None), Watch.created_at <= at)
            .values(came_online_at=at)
            .returning(Watch.watcher_id)
            .execution_options(synchronize_session=False)
        ).all()
        if ended:
            publish(WaitsEnded(event.user_id, event.at))


def tell_watchers(event: StatusChanged) -> None:
    """Tell those whose wait has just ended, if they still may see whom they waited for."""
    if event.previous != Status.OFFLINE:
        return
    watchers = queries.watchers(event.user_id, datetime.fromisoformat(event.at))
    states = queries.states([event.user_id]) if watchers else {}
    rooms = [f"user:{who.user_id}" for who in watchers if policy.visible(who, states)]
    if rooms:
        data = {"user_id": event.user_id, "username": states[event.user_id].fields["name"], "at": event.at}
        realtime.emit("came_online", data, namespace="/presence", rooms=rooms)
