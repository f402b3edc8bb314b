"""Pure decisions about webhooks: names of events, who wants which, when to try again, when to give up."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

# What there is to be told, and when.
EVENTS = {
    "presence.changed": "Others see somebody online, away, busy or offline.",
    "user.created": "An account was made; visitors of a widget have one too.",
    "user.updated": "Somebody's name, picture, status text, address or role is different.",
    "user.status_changed": "An account is active, suspended or banned now.",
    "member.joined": "Somebody is in a workspace.",
    "member.left": "Somebody has left a workspace, or was removed.",
    "conversation.created": "There is a new channel, direct conversation or support conversation.",
    "message.sent": "Somebody said something.",
    "message.edited": "A message says something else.",
    "message.deleted": "A message is gone; its number stays.",
    "ticket.opened": "A customer asks for help.",
    "ticket.changed": "Subject, priority, tags, agent or team of a ticket is different, or it was put off.",
    "ticket.resolved": "A ticket is done.",
    "ticket.closed": "A ticket has ended for good.",
    "ticket.reopened": "A ticket is taken up again.",
    "ticket.rated": "A customer has rated the help.",
    "target.missed": "A promised time has passed, or (`is_warning`) soon will.",
    "webhook.test": "You have asked for a test.",
}
TEST = "webhook.test"
EVENTS_DEFAULT = ["presence.changed"]

ENDPOINTS_PER_OWNER = 50
REPLAYED_AT_ONCE = 10_000
ROTATION_OVERLAP = timedelta(hours=24)
EVENTS_ARE_KEPT = timedelta(days=30)

_FIRST_WAITS = [5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600]  # seconds
_LATER_WAIT = 12 * 3600
_JITTER = 0.2  # of the wait, so that what failed together does not come back together
TRIED_FOR = timedelta(days=3)
LASTING_FAILURE = timedelta(days=5)

CONNECT_WITHIN, ANSWER_WITHIN = 5.0, 15.0  # seconds; the second is for everything, the first is a part of it
ANSWER_READ, ANSWER_KEPT = 64 * 1024, 1024  # bytes
LEASE = timedelta(seconds=30)  # longer than resolving, connecting and answering take
JOB_LASTS = 15.0  # seconds after which a job begins no further delivery
DELIVERIES_PER_JOB = 100


class DeliveryStatus(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DisabledReason(StrEnum):
    """Why an endpoint was switched off, if not by its owner."""

    GONE = "gone"  # it answered 410
    FAILING = "failing"
    OWNER = "owner_may_not"  # the owner has no right to it any more
    ADMIN = "admin"


def is_pattern(text: str) -> bool:
    """Whether this names an event, or some: `message.*`, `*`."""
    return text in EVENTS or any(matches([text], name) for name in EVENTS if text.endswith("*"))


def matches(patterns: Collection[str], name: str) -> bool:
    """Whether one of the patterns names this event."""
    return any(
        pattern in (name, "*") or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
        for pattern in patterns
    )


def wait(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many attempts. `chance` is random, from 0 to 1."""
    seconds = _FIRST_WAITS[attempts - 1] if attempts <= len(_FIRST_WAITS) else _LATER_WAIT
    return timedelta(seconds=seconds * (1 + _JITTER * chance))


def next_try(queued_at: datetime, attempts: int, now: datetime, chance: float) -> datetime | None:
    """When to try again after a failed attempt; None: never."""
    moment = now + wait(attempts, chance)
    return moment if moment <= queued_at + TRIED_FOR else None


def is_lasting(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an endpoint has failed for so long that it is switched off."""
    return failing_since is not None and now - failing_since >= LASTING_FAILURE


def rest(seconds: float) -> float:
    """For how long to leave an endpoint alone that has cost so many seconds for nothing: it gets a tenth of
    a worker's time at most."""
    return 9 * seconds if seconds > 1 else 0
