"""What users pick for themselves: a choice with an expiry, a text, whom to be told about."""

from dataclasses import dataclass
from datetime import datetime

from pulse.accounts.models import User
from pulse.core import clock
from pulse.core.database import insert
from pulse.core.errors import Conflict, InvalidInput, NotFound
from pulse.core.events import publish, transaction
from pulse.core.identity import Identity
from pulse.presence import policy, queries
from pulse.presence.events import ArrivalAcknowledged, PresenceSettingsChanged
from pulse.presence.models import UserPresence, Watch
from pulse.presence.rules import Choice, Status
from pulse.presence.service.beats import Beat, count_input
from pulse.presence.view import View


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody sets for themselves; None leaves it as it is. The expiry is the choice's."""

    choice: Choice | None = None
    expires_at: datetime | None = None
    text: str | None = None
    device: Beat | None = None


def set_presence(who: Identity, change: Change) -> View:
    """Set one's own choice and status text, and note the device that said so.

    Raises InvalidInput if the expiry lies in the past.
    """
    if change.expires_at is not None and change.expires_at <= clock.now():
        raise InvalidInput("The expiry lies in the past.", errors={"expires_at": ["lies in the past"]})
    with transaction() as session:
        if change.choice is not None:
            row = session.get_one(UserPresence, who.user_id, with_for_update=True)
            row.choice = change.choice
            row.choice_expires_at = None if change.choice is Choice.AUTO else change.expires_at
        if change.text is not None:
            session.get_one(User, who.user_id).status_text = change.text
        publish(PresenceSettingsChanged(who.user_id))
    if change.device:
        count_input(who, change.device)
    return queries.views([who.user_id])[who.user_id]


def watch(who: Identity, user_id: int) -> None:
    """Tell `who`, once, when this user comes online.

    Raises NotFound if they may not see them, Conflict if the user is online already or is themselves.
    """
    if user_id == who.user_id:
        raise Conflict("You know when you are online.", code="watching_oneself")
    states = queries.states([user_id])
    if user_id not in policy.visible(who, states):
        raise NotFound("There is no such user.")
    if View.of(states[user_id]).verdict.status is not Status.OFFLINE:
        raise Conflict("They are here already.", code="already_online")
    with transaction() as session:
        begun = {"created_at": clock.now(), "came_online_at": None}
        session.execute(
            insert(session, Watch)
            .values(watcher_id=who.user_id, user_id=user_id, **begun)
            .on_conflict_do_update(index_elements=["watcher_id", "user_id"], set_=begun)
        )
    if View.of(queries.states([user_id])[user_id]).verdict.status is not Status.OFFLINE:
        unwatch(who, user_id)  # they came between the first look and the commit
        raise Conflict("They are here already.", code="already_online")


def arrivals(who: Identity) -> list[tuple[int, str, datetime]]:
    """Who came online that one waited for, until one acknowledges it: id, username, when."""
    came = queries.came_online(who.user_id)
    states = queries.states(came) if came else {}
    return [(key, states[key].fields["name"], came[key]) for key in sorted(policy.visible(who, states))]


def unwatch(who: Identity, user_id: int) -> None:
    """Stop waiting for this user, or say that one knows they came; nothing if one did not wait."""
    with transaction() as session:
        found = session.get(Watch, (who.user_id, user_id))
        if found:
            session.delete(found)
            if found.came_online_at:
                publish(ArrivalAcknowledged(who.user_id, user_id))
