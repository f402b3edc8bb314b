"""Reply turns: who answered whom, and after how long, in a stream of messages.

The rule, for messages in time order within one conversation:

- Somebody's *run* begins with a message, goes on with their further messages, and ends when somebody else
  answers it. Whoever asks waits from the first message of the run on.
- A message answers the oldest open run of somebody else that began after the writer's own last message in
  this conversation: what was there before, they have already passed over. It answers one run at most, and is
  the beginning of (or goes on with) the writer's own run.
- A run that nobody answered within `longest` is forgotten: a word after that is no reply.
- Messages of the system ("Ann joined", a bot's greeting) neither ask nor answer: the caller leaves them out.

Each message costs the same, however long the conversation is: at most `OPEN_AT_MOST` runs are kept open in
one (the oldest is forgotten), and of a writer only their last message.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

LONGEST = 7 * 86_400.0  # seconds; later than that nobody replies, they begin anew
OPEN_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """A reply: `responder` answered the run of `asker` that began at `asked_at` (seconds of any clock)."""

    conversation: Hashable
    asker: Hashable
    responder: Hashable
    asked_at: float
    answered_at: float
    question: int  # number of the message that began the run, as given by the caller
    answer: int

    @property
    def seconds(self) -> float:
        """How long the asker waited; never below zero, even where the clock went back."""
        return max(0.0, self.answered_at - self.asked_at)


@dataclass(slots=True)
class _Run:
    began_at: float
    message: int


@dataclass(slots=True)
class _Conversation:
    open: dict[Hashable, _Run] = field(default_factory=dict)  # by asker, oldest first
    last: dict[Hashable, int] = field(default_factory=dict)  # number of each writer's last message


class Turns:
    """Finds the reply turns of any number of conversations, message by message."""

    def __init__(self, longest: float = LONGEST) -> None:
        self.longest = longest
        self._conversations: dict[Hashable, _Conversation] = {}
        self._count = 0

    def add(self, at: float, conversation: Hashable, sender: Hashable) -> Turn | None:
        """The next message, not earlier than the ones before it in its conversation; the turn it ends."""
        number, self._count = self._count, self._count + 1
        talk = self._conversations.setdefault(conversation, _Conversation())
        _forget(talk.open, at - self.longest)
        turn = None
        since = talk.last.get(sender, -1)
        for asker, run in talk.open.items():
            if asker != sender and run.message > since:
                turn = Turn(conversation, asker, sender, run.began_at, at, run.message, number)
                del talk.open[asker]
                break
        if sender not in talk.open:
            if len(talk.open) == OPEN_AT_MOST:
                del talk.open[next(iter(talk.open))]
            talk.open[sender] = _Run(at, number)
        talk.last[sender] = number
        return turn


def _forget(runs: dict[Hashable, _Run], before: float) -> None:
    """Drop what began before a moment (the oldest come first)."""
    for asker in [asker for asker, run in runs.items() if run.began_at < before]:
        del runs[asker]
