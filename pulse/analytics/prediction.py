"""How long somebody will take to answer: learned from their replies, and everybody's, one by one.

Pure: no database, no Flask, no clock. `Predictor.learn` takes each reply when it is there,
`Predictor.predict` says what to expect of a question; both cost the same however much was learned. What is
used, and from where:

- **Polya trees.** Times are counted in 64 classes, equally wide in log seconds (`scale.py`). A binary tree
  stands over them; the share of a node's replies that lie in its longer half is its probability of "longer",
  and the probability of a class is the product along the way. (Lavine 1992, Some aspects of Polya tree
  distributions for statistical modelling, Annals of Statistics 20; finer nodes lean more on what they start
  from, as there.)
- **Partial pooling.** Each share is drawn towards that of who knows more, as if that were a few replies of
  their own: the person's towards their group's (the team), the group's towards everyone's. So a new person
  begins as one of the team and becomes themselves with evidence. (Gelman, Hill 2007, Data Analysis Using
  Regression and Multilevel Models, chapter 12.)
- **Contexts.** There is a tree of the person and one of everyone for each class of: time since the person was
  last active, hour, kind of day, presence. The person's is drawn towards the person's odds times what this
  context does to everyone's odds. One more is of their latest replies only, and one of everyone who lately
  was as quick as they.
- **Logistic mixing.** What these say about a node is weighed together in log odds; the weights of each level
  of the tree are learned by online gradient steps on the log loss. A context that tells nothing loses its
  say. (Mattern 2012, Mixing strategies in data compression; Mahoney 2005, Adaptive weighing of context
  models.)
- **Adaptive conformal calibration.** Of each reply it is noted at which level of the prediction it lay; the
  levels at which the five quantiles are read follow, by a small step up or down each time, until 5% lie below
  the 5% level and so on, whatever the model does wrong and however people change. (Gibbs, Candes 2021,
  Adaptive conformal inference under distribution shift, NeurIPS 34, here for each quantile.)

A person's part of the state is bounded, whatever they do: one tree for each class of each context, and their
latest replies. `docs/prediction.md` has the numbers, what was measured, and the limits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import exp, isfinite, log
from typing import Any, Protocol

from pulse.analytics.scale import DEPTH, LEAVES, Scale, leaf_of, place_of
from pulse.analytics.trees import EMPTY, Tree

VERSION = 1  # of the state

Key = str | int  # 7 and "7" are the same, as in JSON

SAMPLES_AT_LEAST = 5  # replies of anybody; below, nothing is predicted
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

PRESENCES = ("online", "away", "busy", "offline")
IDLE_EDGES = (10.0, 40.0, 120.0, 600.0, 3_600.0, 4 * 3_600.0, 16 * 3_600.0, 3 * 86_400.0)  # seconds
LATELY = 12  # replies
PACE_RATE = 0.3  # how much the latest reply weighs in a person's pace
PACE_STEP = 0.9  # width of a class of pace, in log seconds
EVIDENCE_EDGES = (1, 5, 15)  # replies of the person: calibrated apart, as thin evidence errs otherwise
ALL = "all"  # name of the tree without a context

# A tree with more replies than this is halved.
OWN_AT_MOST, SHARED_AT_MOST, CONTEXT_AT_MOST = 1_000.0, 20_000.0, 300.0
# As how many replies counts what a share is drawn towards: of a person, by depth in the tree; of a group; of
# everyone in a context.
PRIORS = (3.0, 4.0, 6.0, 8.0, 12.0, 18.0)
GROUP_PRIOR, CONTEXT_PRIOR = 20.0, 2.0
ODDS_AT_MOST = 1e6
MIXED_DEPTH = DEPTH - 1  # the nodes just above the leaves know no contexts

WEIGHTS = (0.15, 0.25, 0.1, 0.1, 0.4, 0.1)  # to begin with: lately, idle, hour, day, presence, pace
RATE, RATE_HALF, RATE_LEAST = 0.015, 100, 0.0015  # of learning them
CALIBRATION_STEP = 0.003
RANGE_AT_MOST = 0.93  # of all replies, where many lie exactly on the range's lower end
_STRIDE = 0.6180339887498949  # of the golden ratio: evenly spread, without a random number


@dataclass(frozen=True, slots=True)
class Prediction:
    """What to expect, in seconds from the moment of asking."""

    median: float
    half: tuple[float, float]  # in which the middle half of such replies lies
    ninety: tuple[float, float]  # in which nine of ten lie
    samples: int  # replies that the source has given
    source: str  # "person", "group" or "everyone": the closest one with enough evidence of its own
    levels: tuple[float, ...] = LEVELS  # at which the five were read, after calibration

    @property
    def quantiles(self) -> tuple[float, float, float, float, float]:
        """At 5%, 25%, 50%, 75% and 95%."""
        return self.ninety[0], self.half[0], self.median, self.half[1], self.ninety[1]


@dataclass(frozen=True, slots=True)
class Question:
    """Something that waits for an answer of `responder`."""

    responder: Key
    asked_at: datetime  # aware, in the responder's time zone if known; for a new question the present moment
    group: Key | None = None
    presence: str | None = None  # the responder's, when it was asked
    last_active: datetime | None = None  # when they last wrote before that; None: as their replies tell
    waited: float = 0.0  # seconds; only what is longer than that is expected


@dataclass(frozen=True, slots=True)
class Reply:
    """A question that was answered."""

    responder: Key
    asked_at: datetime
    seconds: float  # within business hours, where those count
    group: Key | None = None
    presence: str | None = None
    last_active: datetime | None = None
    told: Prediction | None = None  # what was predicted when it was asked (nothing waited), if that was kept


class Estimator(Protocol):
    """What anything must be that predicts replies; a better one is put in its place."""

    def learn(self, reply: Reply) -> None: ...

    def predict(self, question: Question) -> Prediction | None: ...


@dataclass(slots=True)
class _Known:
    """What is known of a person, of a group or of everyone."""

    samples: int = 0
    trees: dict[str, Tree] = field(default_factory=dict)  # by class of a context, such as "hour 13"
    latest: list[tuple[float, float]] = field(default_factory=list)  # a person's: when, place on the scale

    def tree(self, name: str) -> Tree:
        return self.trees.get(name, EMPTY)

    def count(self, name: str, leaf: int, at_most: float) -> None:
        if name not in self.trees:
            self.trees[name] = Tree()
        self.trees[name].add(leaf, at_most)

    def dump(self) -> dict[str, Any]:
        trees = {name: tree.leaves() for name, tree in self.trees.items()}
        return {"samples": self.samples, "trees": trees, "latest": [list(one) for one in self.latest]}

    @classmethod
    def load(cls, plain: Mapping[str, Any]) -> "_Known":
        trees = {name: Tree(leaves) for name, leaves in plain["trees"].items()}
        return cls(plain["samples"], trees, [(at, place) for at, place in plain["latest"]])


@dataclass(frozen=True, slots=True)
class _Case:
    """A question or reply, with all that is known about it."""

    everyone: _Known
    group: _Known
    person: _Known
    contexts: tuple[str, ...]  # idle, hour, day, presence
    pace: str
    lately: Tree
    evidence: int  # class of how many replies the person has given

    def base(self, node: int) -> tuple[float, float]:
        """The share of "longer" at a node: everyone's, and the person's."""
        everyone = self.everyone.tree(ALL).drawn(node, 0.5, 2.0)
        group = self.group.tree(ALL).drawn(node, everyone, GROUP_PRIOR)
        return everyone, self.person.tree(ALL).drawn(node, group, PRIORS[node.bit_length() - 1])

    def opinions(self, node: int) -> list[float]:
        """The log odds of "longer" at a node, in the order of `WEIGHTS`."""
        everyone, own = self.base(node)
        prior = PRIORS[node.bit_length() - 1]
        shares = [self.lately.drawn(node, own, prior)]
        usual = own / (1.0 - own) * (1.0 - everyone) / everyone  # how the person differs from everyone
        for name in self.contexts:
            context = self.everyone.tree(name).drawn(node, everyone, CONTEXT_PRIOR)
            odds = min(ODDS_AT_MOST, max(1.0 / ODDS_AT_MOST, usual * context / (1.0 - context)))
            shares.append(self.person.tree(name).drawn(node, odds / (1.0 + odds), prior))
        by_idle = self.everyone.tree(self.contexts[0]).drawn(node, everyone, CONTEXT_PRIOR)
        shares.append(self.everyone.tree(self.pace).drawn(node, by_idle, prior))
        return [log(share / (1.0 - share)) for share in shares]

    def count(self, leaf: int) -> None:
        """Learn on which leaf the reply fell."""
        for known in (self.everyone, self.group, self.person):
            known.samples += 1
        self.everyone.count(ALL, leaf, SHARED_AT_MOST)
        self.everyone.count(self.pace, leaf, SHARED_AT_MOST)
        self.group.count(ALL, leaf, SHARED_AT_MOST)
        self.person.count(ALL, leaf, OWN_AT_MOST)
        for name in self.contexts:
            self.everyone.count(name, leaf, SHARED_AT_MOST)
            self.person.count(name, leaf, CONTEXT_AT_MOST)


class Predictor:
    """The estimator. Everything it knows is in `state()`, and comes back with `Predictor.of(state)`."""

    def __init__(self) -> None:
        self._everyone = _Known()
        self._people: dict[str, _Known] = {}
        self._groups: dict[str, _Known] = {}
        self._weights = [list(WEIGHTS) for _ in range(MIXED_DEPTH)]  # by depth of the node
        self._scale = Scale()
        self._levels = [list(LEVELS) for _ in range(len(EVIDENCE_EDGES) + 1)]  # by evidence

    def predict(self, question: Question) -> Prediction | None:
        """What to expect; None as long as there is too little evidence of anybody.

        ValueError: times without a zone, or `waited` not finite (below zero counts as zero).
        """
        if not isfinite(question.waited):
            raise ValueError(f"waited {question.waited} seconds")
        if self._everyone.samples < SAMPLES_AT_LEAST:
            return None
        person, group = self._known(question)
        case = self._case(question, person, group)
        levels = tuple(self._levels[case.evidence])
        low, quarter, middle, three, high = self._read(self._spread(case), levels, max(0.0, question.waited))
        source, samples = "everyone", self._everyone.samples
        for name, known in (("group", group), ("person", person)):
            if known.samples >= SAMPLES_AT_LEAST:
                source, samples = name, known.samples
        return Prediction(middle, (quarter, three), (low, high), samples, source, levels)

    def learn(self, reply: Reply) -> None:
        """The next reply, in the order in which they were given.

        ValueError: times without a zone, or `seconds` not finite or below zero; then nothing is learned.
        """
        if not (isfinite(reply.seconds) and reply.seconds >= 0.0):
            raise ValueError(f"a reply after {reply.seconds} seconds")
        seconds = round(reply.seconds, 3)
        person, group = self._known(reply)
        case = self._case(reply, person, group)
        self._people[str(reply.responder)] = person
        if reply.group is not None:
            self._groups[str(reply.group)] = group
        place = place_of(seconds)
        below, mass = self._follow(case, leaf_of(place))
        if self._everyone.samples >= SAMPLES_AT_LEAST:
            within = (
                self._everyone.samples * _STRIDE % 1.0
            )  # where many lie at one time, somewhere among them
            if reply.told is None:
                under, until = self._scale.shares(seconds)
                level = below + mass * (under + (until - under) * within)
            else:
                level = _level(reply.told, seconds, within)
            self._calibrate(case.evidence, level)
        self._scale.note(seconds)
        case.count(leaf_of(place))
        answered_at = round(reply.asked_at.timestamp() + seconds, 3)
        person.latest = [*person.latest[1 - LATELY :], (answered_at, round(place, 3))]

    def state(self) -> dict[str, Any]:
        """Everything, as plain data for JSON: `version`, `shared`, `people` and `groups` (keys as `str`).

        Nothing in the part of a person or group is about another one.
        """
        shared = {
            "everyone": self._everyone.dump(),
            "weights": [[_rounded(one) for one in weights] for weights in self._weights],
            "levels": [[_rounded(one) for one in levels] for levels in self._levels],
            "frequent": [
                [leaf, value, _rounded(share), n] for leaf, (value, share, n) in self._scale.frequent.items()
            ],
        }
        return {
            "version": VERSION,
            "shared": shared,
            "people": {key: known.dump() for key, known in self._people.items()},
            "groups": {key: known.dump() for key, known in self._groups.items()},
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Predictor":
        """The one that gave this state.

        `people` and `groups` may hold some only: the others are unknown to it, and what it learns of these
        (and so their part of its state, and the shared one) is what the whole would have learned. ValueError:
        a state of another version.
        """
        if state.get("version") != VERSION:
            raise ValueError(f"a state of version {state.get('version')}, not {VERSION}")
        made, shared = cls(), state["shared"]
        made._everyone = _Known.load(shared["everyone"])
        made._weights = [list(weights) for weights in shared["weights"]]
        made._levels = [list(levels) for levels in shared["levels"]]
        made._scale.frequent = {leaf: [value, share, n] for leaf, value, share, n in shared["frequent"]}
        made._people = {key: _Known.load(known) for key, known in state.get("people", {}).items()}
        made._groups = {key: _Known.load(known) for key, known in state.get("groups", {}).items()}
        return made

    def _known(self, about: Question | Reply) -> tuple[_Known, _Known]:
        person = self._people.get(str(about.responder))
        group = None if about.group is None else self._groups.get(str(about.group))
        return person or _Known(), group or _Known()

    def _case(self, about: Question | Reply, person: _Known, group: _Known) -> _Case:
        if about.asked_at.tzinfo is None or (about.last_active and about.last_active.tzinfo is None):
            raise ValueError("asked_at and last_active must know their time zone")
        at = about.asked_at.timestamp()
        last, pace, lately = None, None, Tree()
        for answered_at, place in person.latest:
            if answered_at > at:  # to another question, while this one waited
                continue
            last = answered_at
            lately.add(leaf_of(place))
            pace = place if pace is None else pace + PACE_RATE * (place - pace)
        if about.last_active is not None:
            last = about.last_active.timestamp()
        idle = None if last is None else bisect_right(IDLE_EDGES, at - last)
        hour = about.asked_at.hour
        kind = max(0, about.asked_at.weekday() - 3)  # Monday to Thursday, Friday, Saturday, Sunday
        return _Case(
            everyone=self._everyone,
            group=group,
            person=person,
            contexts=(
                f"idle {idle}",
                f"hour {hour}",
                f"day {kind} {hour // 3}",
                f"presence {about.presence if about.presence in PRESENCES else None}",
            ),
            pace=f"pace {idle} {None if pace is None else int(pace / PACE_STEP)}",
            lately=lately,
            evidence=bisect_right(EVIDENCE_EDGES, person.samples),
        )

    def _spread(self, case: _Case) -> list[float]:
        """The probability of each leaf."""
        mass = [1.0] * (2 * LEAVES)
        for node in range(1, LEAVES):
            longer = self._longer(case, node)[0]
            mass[2 * node] = mass[node] * (1.0 - longer)
            mass[2 * node + 1] = mass[node] * longer
        return mass[LEAVES:]

    def _longer(self, case: _Case, node: int) -> tuple[float, list[float]]:
        """The probability of "longer" at a node, and the opinions that were mixed, if any."""
        depth = node.bit_length() - 1
        if depth == MIXED_DEPTH:
            return case.base(node)[1], []
        opinions = case.opinions(node)
        return _mixed(self._weights[depth], opinions), opinions

    def _read(self, mass: Sequence[float], levels: Sequence[float], waited: float) -> list[float]:
        """The times at these levels, of all that take longer than `waited`."""
        below = [0.0]
        for part in mass:
            below.append(below[-1] + part)
        total = below[-1]

        def time_at(level: float) -> float:
            leaf = min(max(bisect_left(below, level) - 1, 0), LEAVES - 1)
            return self._scale.seconds_at(leaf, (level - below[leaf]) / mass[leaf])

        def level_of(seconds: float, part: int) -> float:
            leaf = leaf_of(place_of(seconds))
            return below[leaf] + mass[leaf] * self._scale.shares(seconds)[part]

        gone = level_of(waited, 1) if waited > 0 else 0.0
        at = [gone + (total - gone) * level for level in levels]
        if waited == 0.0:  # with many on the lower end itself, up to 95% there would be more than nine of ten
            at[-1] = min(at[-1], level_of(time_at(at[0]), 0) + RANGE_AT_MOST)
        return sorted(max(time_at(level), waited) for level in at)

    def _follow(self, case: _Case, leaf: int) -> tuple[float, float]:
        """Learn that a reply fell on a leaf; the probability of all before, and of it, as they were."""
        rate = max(RATE / (1 + self._everyone.samples / RATE_HALF) ** 0.5, RATE_LEAST)
        mass, below = 1.0, 0.0
        for depth in range(DEPTH):
            node = (LEAVES + leaf) >> (DEPTH - depth)
            is_longer = (leaf >> (DEPTH - 1 - depth)) & 1
            longer, opinions = self._longer(case, node)
            if opinions:
                weights = self._weights[depth]
                step = rate * (is_longer - longer)
                self._weights[depth] = [
                    max(0.0, weight + step * opinion)  # what is wrong is not heard, but not turned round
                    for weight, opinion in zip(weights, opinions, strict=True)
                ]
            if is_longer:
                below += mass * (1.0 - longer)
                mass *= longer
            else:
                mass *= 1.0 - longer
        return below, mass

    def _calibrate(self, evidence: int, level: float) -> None:
        """Move the levels, of people with such evidence, by where in its prediction a reply lay."""
        moved = [
            min(0.999, max(0.001, found + CALIBRATION_STEP * (wanted - (level <= found))))
            for found, wanted in zip(self._levels[evidence], LEVELS, strict=True)
        ]
        self._levels[evidence] = sorted(moved)


def _mixed(weights: Sequence[float], opinions: Sequence[float]) -> float:
    total = sum([weight * opinion for weight, opinion in zip(weights, opinions, strict=True)])
    return 1.0 / (1.0 + exp(-min(7.0, max(-7.0, total))))


def _level(told: Prediction, seconds: float, within: float) -> float:
    """At which level of what was told a reply lay: somewhere between the told times around it."""
    times, levels = told.quantiles, (0.0, *told.levels, 1.0)
    low, high = levels[bisect_left(times, seconds)], levels[bisect_right(times, seconds) + 1]
    return low + (high - low) * within


def _rounded(number: float) -> float:
    """To five significant digits."""
    return float(f"{number:.5g}")
