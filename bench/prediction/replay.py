"""Replays a log in time order: each reply is predicted at the moment when the question was asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log1p
from statistics import fmean, median

from bench.prediction.baselines import BASELINES
from bench.prediction.logs import Message
from pulse.analytics.prediction import LEVELS, Estimator, Predictor, Question, Reply
from pulse.analytics.turns import Turns

MAKERS = {"Pulse": Predictor, **BASELINES}
Quantiles = tuple[float, ...]
PINBALL = LEVELS


@dataclass
class Replay:
    truths: list[float] = field(default_factory=list)
    made: dict[str, list[Quantiles | None]] = field(default_factory=dict)


def replay(messages: Sequence[Message], estimators: dict[str, Estimator], group_of=None) -> Replay:
    turns = Turns()
    found = [t for m in messages if (t := turns.add(m.at.timestamp(), m.conversation, m.sender))]
    by_question = defaultdict(list)
    by_answer = defaultdict(list)
    for number, turn in enumerate(found):
        by_question[turn.question].append(number)
        by_answer[turn.answer].append(number)
    last: dict[str, object] = {}
    asked: dict[int, dict] = {}
    told = {name: {} for name in estimators}
    result = Replay([turn.seconds for turn in found], {name: [None] * len(found) for name in estimators})
    for number, message in enumerate(messages):
        for which in by_answer[number] if number in by_answer else ():
            turn = found[which]
            facts = asked.pop(which)
            for name, one in estimators.items():
                one.learn(Reply(seconds=turn.seconds, told=told[name].pop(which, None), **facts))
        for which in by_question[number] if number in by_question else ():
            turn = found[which]
            seen = last.get(turn.responder)
            at = message.at if seen is None else message.at.astimezone(seen.tzinfo)
            facts = {"responder": turn.responder, "asked_at": at, "group": turn.conversation, "last_active": seen}
            asked[which] = facts
            question = Question(**facts)
            for name, one in estimators.items():
                p = one.predict(question)
                if p is not None:
                    told[name][which] = p
                    result.made[name][which] = (p.ninety[0], p.half[0], p.median, p.half[1], p.ninety[1])
        last[message.sender] = message.at
    return result


def pinball(truth: float, quantiles: Quantiles) -> float:
    return fmean(max(t * (truth - q), (t - 1) * (truth - q)) for t, q in zip(PINBALL, quantiles))


def score(truths, made):
    return {
        "n": len(truths),
        "mae": median(abs(t - q[2]) for t, q in zip(truths, made)),
        "logpin": fmean(pinball(log1p(t), [log1p(x) for x in q]) for t, q in zip(truths, made)),
        "pin": fmean(pinball(t, q) for t, q in zip(truths, made)),
        "c50": fmean(q[1] <= t <= q[3] for t, q in zip(truths, made)),
        "c90": fmean(q[0] <= t <= q[4] for t, q in zip(truths, made)),
    }
