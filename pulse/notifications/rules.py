"""Pure decisions about notifications: who gets which, what they say, when a mail is due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ACTORS_KEPT = 100  # per notification; beyond that "Ann and 99 others" stays
MAILED_AT_ONCE = 20  # notifications that a mail shows
MAIL_AFTER_DEFAULT, MAIL_AFTER_LEAST, MAIL_AFTER_MOST = 30, 5, 7 * 24 * 60  # minutes


class NoticeKind(StrEnum):
    MENTION = "mention"
    DIRECT_MESSAGE = "direct_message"
    REPLY = "reply"
    CHANNEL_MESSAGE = "channel_message"
    INVITATION = "invitation"
    CAME_ONLINE = "came_online"
    ADDED_TO_CHANNEL = "added_to_channel"
    WEBHOOK_DISABLED = "webhook_disabled"


# An invitation has a mail of its own, and who came online half an hour ago may be gone again.
MAILED = frozenset(NoticeKind) - {NoticeKind.INVITATION, NoticeKind.CAME_ONLINE}


@dataclass(frozen=True, slots=True)
class Said:
    """A message, as far as it decides who is notified."""

    id: int
    seq: int
    sender_id: int | None
    is_direct: bool
    mentions: frozenset[int] = frozenset()
    mentions_all: bool = False
    reply_to_user: int | None = None  # who wrote the message that it answers


@dataclass(frozen=True, slots=True)
class Listener:
    """A member, as far as it decides what they are notified of."""

    user_id: int
    wants_all: bool
    read_seq: int = 0
    is_busy: bool = False
    mentions_while_busy: bool = False
    is_looking: bool = False
    blocked: frozenset[int] = frozenset()  # whom they have blocked


def kind_for(said: Said, listener: Listener) -> NoticeKind | None:
    """As what a member who has not muted the conversation is notified of a message; None: not at all."""
    if said.sender_id in (None, listener.user_id) or said.sender_id in listener.blocked:
        return None
    if said.seq <= listener.read_seq or listener.is_looking:
        return None
    is_mentioned = said.mentions_all or listener.user_id in said.mentions
    if listener.is_busy and not (is_mentioned and listener.mentions_while_busy):
        return None
    if said.is_direct and listener.wants_all:
        return NoticeKind.DIRECT_MESSAGE
    if is_mentioned:
        return NoticeKind.MENTION
    if said.reply_to_user == listener.user_id:
        return NoticeKind.REPLY
    return NoticeKind.CHANNEL_MESSAGE if listener.wants_all else None


@dataclass(slots=True)
class Pile:
    """Messages of which one user is notified in one line. `actors`: who sent them, the latest first."""

    count: int = 0
    last_seq: int = 0
    message_id: int = 0
    actors: list[int] = field(default_factory=list)

    def add(self, said: Said) -> None:
        """Put the next message on the pile."""
        self.count += 1
        self.last_seq, self.message_id = said.seq, said.id
        self.actors = merged([said.sender_id or 0], self.actors)


def merged(newer: Sequence[int], older: Sequence[int]) -> list[int]:
    """Who acted, the latest first, each once."""
    return list(dict.fromkeys([*newer, *older]))[:ACTORS_KEPT]


Piles = dict[tuple[int, NoticeKind], Pile]  # by user and kind


def pile_up(messages: Sequence[Said], listeners: Collection[Listener]) -> Piles:
    """What these messages, in the order of their numbers, mean for these members."""
    piles: Piles = {}
    for said in messages:
        for listener in listeners:
            kind = kind_for(said, listener)
            if kind is not None:
                piles.setdefault((listener.user_id, kind), Pile()).add(said)
    return piles


def title(kind: NoticeKind, names: Sequence[str], actors: int, count: int, place: str) -> str:
    """A notification in a sentence. `names` are the first of `actors` people; `place` is such as #general."""
    who = _who(names, actors)
    match kind:
        case NoticeKind.MENTION:
            times = "" if count == 1 or actors > 1 else f" {count} times"
            return f"{who} mentioned you{times} in {place}" if place else f"{who} mentioned you{times}"
        case NoticeKind.DIRECT_MESSAGE:
            return f"Message from {who}" if count == 1 else f"{count} messages from {who}"
        case NoticeKind.REPLY:
            return f"{who} replied to you in {place}" if place else f"{who} replied to you"
        case NoticeKind.CHANNEL_MESSAGE:
            return f"{who} wrote in {place}" if count == 1 else f"{count} messages in {place} from {who}"
        case NoticeKind.INVITATION:
            return f"{who} invited you to {place}"
        case NoticeKind.CAME_ONLINE:
            return f"{who} is online"
        case NoticeKind.ADDED_TO_CHANNEL:
            return f"{who} added you to {place}"
        case NoticeKind.WEBHOOK_DISABLED:
            return f"Your {place} was switched off"


def _who(names: Sequence[str], actors: int) -> str:
    first = names[0] if names else "Somebody"
    if actors <= 1:
        return first
    if actors == 2 and len(names) == 2:
        return f"{first} and {names[1]}"
    return f"{first} and {actors - 1} other{'s' if actors > 2 else ''}"


def mail_due(
    now: datetime, away_since: datetime | None, after: timedelta, mailed_at: datetime | None
) -> datetime:
    """When to mail, or else to look again, for a user who has unread notifications; up to `now`: at once.

    `away_since` is None while they are here. Two mails are never closer than `after`.
    """
    since = away_since or now
    return max(since, mailed_at or since) + after
