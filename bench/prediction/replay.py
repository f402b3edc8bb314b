"""Replays a log in time order: each reply is predicted at the moment when its question was asked.

Who will answer is taken from the log, since the prediction is about a given person; when they will is not.
What the estimators hear of is what had happened by then: replies are learned as they are given. The
conversation is the group.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log1p
from statistics import fmean, median
from time import perf_counter
from typing import Any

from bench.prediction.logs import Message
from pulse.analytics.prediction import LEVELS, Estimator, Prediction, Question, Reply
from pulse.analytics.turns import Turn, Turns

OURS = "Pulse"
Maker = Callable[[], Estimator]
Quantiles = tuple[float, ...]


@dataclass(frozen=True)
class Score:
    """How well one estimator predicted: seconds, logarithms of 1 + seconds, and shares of all replies."""

    error: float  # the median absolute one, of the median
    pinball: float  # mean over the five quantiles and all replies
    pinball_log: float
    in_half: float
    in_ninety: float


@dataclass
class Replay:
    """The replies that every estimator predicted, with what they said; mean seconds that a call took."""

    truths: list[float] = field(default_factory=list)
    said: dict[str, list[Quantiles]] = field(default_factory=dict)
    learning: dict[str, float] = field(default_factory=dict)
    predicting: dict[str, float] = field(default_factory=dict)

    def scores(self) -> dict[str, Score]:
        """Of each estimator, on the same replies; not a number where there were none."""
        return {name: _score(self.truths, said) for name, said in self.said.items()}


def replay(messages: Sequence[Message], makers: Mapping[str, Maker]) -> Replay:
    """Let new estimators predict and learn all replies of these messages (in time order)."""
    estimators = {name: make() for name, make in makers.items()}
    asked_by, answered_by = _turns(messages)
    last: dict[str, Any] = {}  # when each sender last wrote
    open_: dict[int, tuple[dict[str, Any], dict[str, Prediction | None]]] = {}  # by number of the answer
    result = Replay(said={name: [] for name in estimators})
    spent = {name: [0.0, 0.0] for name in estimators}
    for number, message in enumerate(messages):
        if number in answered_by:
            facts, told = open_.pop(number)
            turn = answered_by[number]
            for name, one in estimators.items():
                reply = Reply(seconds=turn.seconds, told=told[name], **facts)
                began = perf_counter()
                one.learn(reply)
                spent[name][0] += perf_counter() - began
            said = {name: prediction.quantiles for name, prediction in told.items() if prediction}
            if len(said) == len(estimators):
                result.truths.append(turn.seconds)
                for name, quantiles in said.items():
                    result.said[name].append(quantiles)
        for turn in asked_by.get(number, ()):
            seen = last.get(turn.responder)
            facts = {
                "responder": turn.responder,
                "asked_at": message.at if seen is None else message.at.astimezone(seen.tzinfo),
                "group": turn.conversation,
                "last_active": seen,
            }
            told = {}
            for name, one in estimators.items():
                question = Question(**facts)
                began = perf_counter()
                told[name] = one.predict(question)
                spent[name][1] += perf_counter() - began
            open_[turn.answer] = facts, told
        last[message.sender] = message.at
    for name, (learning, predicting) in spent.items():
        result.learning[name] = learning / max(1, len(answered_by))
        result.predicting[name] = predicting / max(1, len(answered_by))
    return result


def _turns(messages: Sequence[Message]) -> tuple[dict[int, list[Turn]], dict[int, Turn]]:
    """By the number of the message that asked, and of the one that answered."""
    turns = Turns()
    asked_by: defaultdict[int, list[Turn]] = defaultdict(list)
    answered_by: dict[int, Turn] = {}
    for message in messages:
        turn = turns.add(message.at.timestamp(), message.conversation, message.sender)
        if turn is not None:
            asked_by[turn.question].append(turn)
            answered_by[turn.answer] = turn
    return asked_by, answered_by


def _score(truths: Sequence[float], said: Sequence[Quantiles]) -> Score:
    if not truths:
        return Score(*[float("nan")] * 5)
    pairs = list(zip(truths, said, strict=True))
    logs = [(log1p(truth), [log1p(one) for one in quantiles]) for truth, quantiles in pairs]
    return Score(
        error=median(abs(truth - quantiles[2]) for truth, quantiles in pairs),
        pinball=fmean(pinball(truth, quantiles) for truth, quantiles in pairs),
        pinball_log=fmean(pinball(truth, quantiles) for truth, quantiles in logs),
        in_half=fmean(quantiles[1] <= truth <= quantiles[3] for truth, quantiles in pairs),
        in_ninety=fmean(quantiles[0] <= truth <= quantiles[4] for truth, quantiles in pairs),
    )


def pinball(truth: float, quantiles: Sequence[float]) -> float:
    """The mean loss of the five quantiles: too low costs the level, too high what is left to 1 (Koenker
    1978)."""
    return fmean(
        max(level * (truth - one), (level - 1.0) * (truth - one))
        for level, one in zip(LEVELS, quantiles, strict=True)
    )
