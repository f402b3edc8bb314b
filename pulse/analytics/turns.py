"""Reply turns: who answered whom, and after how long, in a stream of messages.

The rule, for messages in time order within one conversation:

- Somebody's *run* begins with a message and goes on with their further messages. The first message of anybody
  else answers it, ends it, and begins the next run. Whoever asks waits from the first message of the run on.
- So each run is answered once, by one person: where many talk, by whoever speaks next.
- A run that nobody answered within `longest` is no question any more: the next message begins anew.
- Messages of the system ("Ann joined", a bot's greeting) neither ask nor answer: the caller leaves them out.

Each message costs the same, and of each conversation only the last run is kept.
"""

from collections.abc import Hashable
from dataclasses import dataclass

LONGEST = 7 * 86_400.0  # seconds; later than that nobody replies, they begin anew


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply: `responder` answered the run of `asker` that began at `asked_at` (seconds of any clock)."""

    conversation: Hashable
    asker: Hashable
    responder: Hashable
    asked_at: float
    answered_at: float
    question: int  # number of the message that began the run: how many were added before it
    answer: int

    @property
    def seconds(self) -> float:
        """How long the asker waited; never below zero, even where the clock went back."""
        return max(0.0, self.answered_at - self.asked_at)


@dataclass(frozen=True, slots=True)
class _Run:
    asker: Hashable
    began_at: float
    message: int


class Turns:
    """Finds the reply turns of any number of conversations, message by message."""

    def __init__(self, longest: float = LONGEST) -> None:
        self.longest = longest
        self._runs: dict[Hashable, _Run] = {}  # the last one of each conversation
        self._count = 0

    def add(self, at: float, conversation: Hashable, sender: Hashable) -> Turn | None:
        """The next message, not earlier than the ones before it in its conversation; the turn it ends."""
        number, self._count = self._count, self._count + 1
        run = self._runs.get(conversation)
        is_open = run is not None and at - run.began_at <= self.longest
        if run is not None and is_open and run.asker == sender:
            return None
        self._runs[conversation] = _Run(sender, at, number)
        if run is None or not is_open:
            return None
        return Turn(conversation, run.asker, sender, run.began_at, at, run.message, number)
