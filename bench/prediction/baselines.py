"""What anybody would try first: running medians and quantiles. With too few replies of a key, everyone's."""

from bisect import insort
from collections import defaultdict
from collections.abc import Hashable

from pulse.analytics.prediction import LEVELS, SAMPLES_AT_LEAST, Prediction, Question, Reply
from pulse.support.rules import quantile


class Running:
    """All replies so far, sorted, of each key and of everyone."""

    def __init__(self) -> None:
        self.past: defaultdict[Hashable, list[float]] = defaultdict(list)

    def key(self, about: Question | Reply) -> Hashable:
        raise NotImplementedError

    def learn(self, reply: Reply) -> None:
        for key in {self.key(reply), None}:
            insort(self.past[key], reply.seconds)

    def predict(self, question: Question) -> Prediction | None:
        past = self.past[self.key(question)]
        if len(past) < SAMPLES_AT_LEAST:
            past = self.past[None]
        if len(past) < SAMPLES_AT_LEAST:
            return None
        low, quarter, middle, three, high = (quantile(past, level) for level in LEVELS)
        return Prediction(middle, (quarter, three), (low, high), len(past), "baseline")


class OfPerson(Running):
    def key(self, about: Question | Reply) -> Hashable:
        return about.responder


class OfEveryone(Running):
    def key(self, about: Question | Reply) -> Hashable:
        return None


class OfPersonByHour(Running):
    def key(self, about: Question | Reply) -> Hashable:
        return about.responder, about.asked_at.hour


BASELINES = {"person": OfPerson, "everyone": OfEveryone, "person, hour": OfPersonByHour}
