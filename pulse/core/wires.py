"""The shape of the event table in `pulse/wiring.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

Reaction = Callable[[Any], None]  # to an event, or to several where it is marked `together`
Table = Mapping[type, Sequence[Reaction]]


def together(reaction: Reaction) -> Reaction:
    """Mark a reaction that takes all events of one type that follow each other in a transaction, as a list.

    A durable one takes each event alone.
    """
    reaction.is_together = True  # type: ignore[attr-defined]
    return reaction


def calls(table: Table, events: Sequence[object]) -> Iterator[partial[None]]:
    """What is to be called for these events, in their order. They may become more meanwhile."""
    done = 0
    while done < len(events):
        kind, row = next(groupby(events[done:], type))
        alike = list(row)
        done += len(alike)
        for reaction in table.get(kind, ()):
            for argument in [alike] if hasattr(reaction, "is_together") else alike:
                yield partial(reaction, argument)


@dataclass(frozen=True)
class Wiring:
    """Who reacts to which event, and when; see `core/events.py` for what each column promises."""

    in_transaction: Table = field(default_factory=dict)
    durable: Table = field(default_factory=dict)
    after_commit: Table = field(default_factory=dict)


def reaction_name(reaction: Reaction) -> str:
    """The name under which a durable reaction stands in the outbox."""
    return f"{reaction.__module__}:{reaction.__qualname__}"
