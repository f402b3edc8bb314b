"""THE table of conversation kinds: who may see, post, manage and join. All else treats all kinds alike."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    CHANNEL = "channel"
    DIRECT = "direct"
    SUPPORT = "support"


class Notify(StrEnum):
    """What a member wants to be notified of. `NONE` is a muted conversation."""

    ALL = "all"
    MENTIONS = "mentions"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides about one user in one conversation."""

    is_member: bool
    is_creator: bool
    is_private: bool
    is_blocked: bool  # one of a direct pair has blocked the other
    in_workspace: bool
    is_guest: bool  # of the workspace
    manages_workspace: bool
    is_desk: bool  # answers customers


Rule = Callable[[Standing], bool]


@dataclass(frozen=True)
class KindRules:
    """What one kind of conversation allows."""

    may_see: Rule
    may_join: Rule
    may_post: Rule
    may_change: Rule  # topic, adding members
    may_manage: Rule  # name, privacy, archive, retention, removing members and other people's messages
    default_notify: Notify
    shows_receipts: bool  # whether members learn what was delivered to and read by the others
    shows_emails: bool  # whether members see each other's addresses


def _never(standing: Standing) -> bool:
    return False


def _is_member(standing: Standing) -> bool:
    return standing.is_member


def _is_in_channel(standing: Standing) -> bool:
    return standing.is_member and standing.in_workspace


def _may_join_channel(standing: Standing) -> bool:
    return standing.in_workspace and not standing.is_private and not standing.is_guest


KINDS: dict[Kind, KindRules] = {
    Kind.CHANNEL: KindRules(
        may_see=lambda s: _is_in_channel(s) or _may_join_channel(s),
        may_join=_may_join_channel,
        may_post=_is_in_channel,
        may_change=lambda s: _is_in_channel(s) and not s.is_guest,
        may_manage=lambda s: _is_in_channel(s) and (s.manages_workspace or (s.is_creator and not s.is_guest)),
        default_notify=Notify.MENTIONS,
        shows_receipts=False,
        shows_emails=True,
    ),
    Kind.DIRECT: KindRules(
        may_see=_is_member,
        may_join=_never,
        may_post=lambda s: s.is_member and not s.is_blocked,
        may_change=_never,
        may_manage=_never,
        default_notify=Notify.ALL,
        shows_receipts=True,
        shows_emails=False,
    ),
    Kind.SUPPORT: KindRules(
        may_see=lambda s: s.is_member or s.is_desk,
        may_join=_never,
        may_post=_is_member,
        may_change=_never,
        may_manage=_never,
        default_notify=Notify.ALL,
        shows_receipts=True,
        shows_emails=False,
    ),
}
