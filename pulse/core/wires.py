"""The shape of the event table in `pulse/wiring.py`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Reaction = Callable[[Any], None]
Table = Mapping[type, Sequence[Reaction]]


@dataclass(frozen=True)
class Wiring:
    """Who reacts to which event, and when; see `core/events.py` for what each column promises."""

    in_transaction: Table = field(default_factory=dict)
    durable: Table = field(default_factory=dict)
    after_commit: Table = field(default_factory=dict)


def reaction_name(reaction: Reaction) -> str:
    """The name under which a durable reaction stands in the outbox."""
    return f"{reaction.__module__}:{reaction.__qualname__}"
