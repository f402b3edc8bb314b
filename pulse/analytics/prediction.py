"""How long somebody will take to answer: learned from their replies, and everybody's, one by one.

Pure: no database, no Flask, no clock. `Predictor.learn` takes each reply when it is there, `Predictor.predict` says
what to expect of a question; both cost the same however much was learned. What is used, and from where:

- **Polya trees.** Times are counted on a scale of 64 leaves in log seconds (`scale.py`). A binary tree stands over it;
  each of its nodes asks "in the longer half?" and keeps the share of yes, the latest replies counting most. The
  distribution is the product along the way. (Lavine 1992, Some aspects of Polya tree distributions for statistical
  modelling, Annals of Statistics 20; finer nodes lean more on what they start from, as there.)
- **Partial pooling.** Each share is drawn towards that of who knows more, as if that were a few replies of their own:
  the person's towards their group's (the team), the group's towards everyone's. So a new person begins as one of the
  team and becomes themselves with evidence. (Gelman, Hill 2007, Data Analysis Using Regression and Multilevel Models,
  chapter 12.)
- **Contexts.** The same counts are kept for the time since the person was last active, the hour, the kind of day,
  presence, and how quick the person and the group lately were. A person's count in a context is drawn towards the
  person's odds times what this context does to everyone's odds.
- **Logistic mixing.** What all of these say about a node is weighed together in log odds; the weights of each level
  of the tree are learned by online gradient steps on the log loss. A context that tells nothing loses its say.
  (Mattern 2012, Mixing strategies in data compression; Mahoney 2005, Adaptive weighing of context models.)
- **Adaptive conformal calibration.** Of each reply it is noted at which level of the prediction it lay; the levels at
  which the five quantiles are read follow, by a small step up or down each time, until 5% lie below the 5% level and
  so on, whatever the model does wrong and however people change. (Gibbs, Candes 2021, Adaptive conformal inference
  under distribution shift, NeurIPS 34, here for each quantile.)

Memory is bounded: at most `COUNTERS_AT_MOST` numbers a person, `PEOPLE_AT_MOST` people (who has not answered for
longest is forgotten). `docs/prediction.md` has what was measured, and the limits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import exp, isfinite, log
from typing import Any, Protocol

from pulse.analytics.scale import DEPTH, LEAVES, Scale, leaf_of, place_of

Key = str | int
Counters = dict[int, list[float]]  # by context and node: share of "longer", replies behind it

SAMPLES_AT_LEAST = 5  # replies of anybody; below, nothing is predicted
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
PEOPLE_AT_MOST = 10_000
GROUPS_AT_MOST = 2_000

PRESENCES = ("online", "away", "busy", "offline")
IDLE_EDGES = (10.0, 40.0, 120.0, 600.0, 3_600.0, 4 * 3_600.0, 16 * 3_600.0, 3 * 86_400.0)  # seconds
EVIDENCE_EDGES = (1, 5, 15)  # replies of the person: calibrated apart, as thin evidence errs otherwise
PACE_STEP = 0.9  # width of a class of pace, in log seconds
PACE_RATE = 0.3  # how much the latest reply weighs in a pace
RECENT = 12  # paces kept, to know how it was when a question was asked that is answered only now

# Replies that count at most: the share moves by one part of so many with each further one.
OWN, LATELY, IN_CONTEXT, ALL, ALL_IN_CONTEXT = 1_000.0, 10.0, 300.0, 20_000.0, 5_000.0
# As how many replies counts what a share is drawn towards: of a person, by depth in the tree; of a group, and of
# everyone in a context.
PRIORS = [0.0] + [(3.0, 4.0, 6.0, 8.0, 12.0, 18.0)[node.bit_length() - 1] for node in range(1, LEAVES)]
GROUP_PRIOR, CONTEXT_PRIOR = 20.0, 2.0

# Weights to begin with: everyone, the person, the person lately, by idle time, by hour, by day, by presence,
# everyone by idle time and pace, the group by its pace.
WEIGHTS = (0.0, 0.15, 0.15, 0.25, 0.1, 0.1, 0.25, 0.1, 0.0)
RATE, RATE_HALF, RATE_LEAST = 0.015, 100, 0.0015  # of learning them
CALIBRATION_STEP = 0.003
RANGE_AT_MOST = 0.935  # of all replies, where many lie exactly on the range's lower end

FINE = LEAVES // 2  # the nodes from here on, just above the leaves, know no contexts
FAST, IDLE, HOUR, DAY, IDLE_PACE, GROUP_PACE, PRESENCE = (kind << 15 for kind in range(1, 8))
_SLOT = 6  # a context's number is shifted by this, to make room for the node's
COUNTERS_AT_MOST = (LEAVES - 1) + (FINE - 1) * (1 + (len(IDLE_EDGES) + 2) + 24 + 32 + (len(PRESENCES) + 1))
_UNKNOWN = (0.5, 0.0)
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
    last_active: datetime | None = (
        None  # when the responder last wrote before that; None: as the replies tell
    )
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
    told: Prediction | None = (
        None  # what was predicted when it was asked (with nothing waited), if that was kept
    )


class Estimator(Protocol):
    """What anything must be that predicts replies; a better one is put in its place."""

    def learn(self, reply: Reply) -> None: ...

    def predict(self, question: Question) -> Prediction | None: ...


@dataclass(slots=True)
class _Known:
    """What is known of a person, of a group or of everyone."""

    samples: int = 0
    pace: float | None = None  # of the latest replies, on the scale
    recent: list[list[float]] = field(default_factory=list)  # when it changed, and to what
    counters: Counters = field(default_factory=dict)

    def note(self, place: float, at: float) -> None:
        self.samples += 1
        self.pace = place if self.pace is None else self.pace + PACE_RATE * (place - self.pace)
        self.recent.append([at, self.pace])
        if len(self.recent) > RECENT:
            del self.recent[0]

    def as_of(self, moment: float) -> tuple[float | None, int]:
        """When they had last answered at this moment, and the class of their pace then (0: unknown)."""
        for at, pace in reversed(self.recent):
            if at <= moment:
                return at, 1 + int(pace / PACE_STEP)
        return None, 1 + int(self.recent[0][1] / PACE_STEP) if len(self.recent) == RECENT else 0


@dataclass(frozen=True, slots=True)
class _Case:
    """A question or reply, with all that is known about it."""

    everyone: Counters
    group: Counters
    person: Counters
    evidence: int
    idle: int  # keys of contexts
    hour: int
    hour_of_day: int
    day: int
    idle_pace: int
    group_pace: int
    presence: int

    def base(self, node: int) -> tuple[float, float]:
        """The share of "longer" at a node: everyone's, and the person's."""
        share, count = self.everyone.get(node, _UNKNOWN)
        everyone = (count * share + 1.0) / (count + 2.0)
        share, count = self.group.get(node, _UNKNOWN)
        group = (count * share + GROUP_PRIOR * everyone) / (count + GROUP_PRIOR)
        share, count = self.person.get(node, _UNKNOWN)
        prior = PRIORS[node]
        return everyone, (count * share + prior * group) / (count + prior)

    def opinions(self, node: int) -> list[float]:
        """The log odds of "longer" at a node, in the order of `WEIGHTS`."""
        everyone, own = self.base(node)
        prior = PRIORS[node]
        share, count = self.person.get(FAST + node, _UNKNOWN)
        shares = [everyone, own, (count * share + prior * own) / (count + prior)]
        of_all, of_person = self.everyone.get, self.person.get
        usual = own / (1.0 - own) * (1.0 - everyone) / everyone  # how the person differs from everyone

        by_idle = 0.0
        for theirs, mine in (
            (self.idle, self.idle),
            (self.hour, self.hour_of_day),
            (self.day, self.day),
            (self.presence, self.presence),
        ):
            share, count = of_all(theirs + node, _UNKNOWN)
            context = (count * share + CONTEXT_PRIOR * everyone) / (count + CONTEXT_PRIOR)
            if theirs == self.idle:
                by_idle = context
            odds = usual * context / (1.0 - context)
            share, count = of_person(mine + node, _UNKNOWN)
            shares.append((count * share + prior * odds / (1.0 + odds)) / (count + prior))

        share, count = of_all(self.idle_pace + node, _UNKNOWN)
        shares.append((count * share + prior * by_idle) / (count + prior))

        share, count = of_all(self.group_pace + node, _UNKNOWN)
        context = (count * share + CONTEXT_PRIOR * everyone) / (count + CONTEXT_PRIOR)
        odds = usual * context / (1.0 - context)
        share, count = self.group.get(self.group_pace + node, _UNKNOWN)
        shares.append((count * share + prior * odds / (1.0 + odds)) / (count + prior))
        return [log(share / (1.0 - share)) for share in shares]

    def count(self, node: int, is_longer: int) -> None:
        """Learn which way a reply went at a node."""
        _count(self.everyone, node, is_longer, ALL)
        _count(self.group, node, is_longer, ALL_IN_CONTEXT)
        _count(self.person, node, is_longer, OWN)
        if node >= FINE:
            return
        _count(self.person, FAST + node, is_longer, LATELY)
        for key in (self.idle, self.hour_of_day, self.day, self.presence):
            _count(self.person, key + node, is_longer, IN_CONTEXT)
        for key in (self.idle, self.hour, self.day, self.presence, self.idle_pace, self.group_pace):
            _count(self.everyone, key + node, is_longer, ALL_IN_CONTEXT)
        _count(self.group, self.group_pace + node, is_longer, IN_CONTEXT)


class Predictor:
    """The estimator. Everything it knows is in `state()`, and comes back with `Predictor.of(state)`."""

    def __init__(self) -> None:
        self._everyone = _Known()
        self._people: dict[Key, _Known] = {}  # who answered last comes last
        self._groups: dict[Key, _Known] = {}
        self._weights = [list(WEIGHTS) for _ in range(DEPTH)]  # by depth of the node
        self._steps = [0] * DEPTH
        self._scale = Scale()
        self._levels = [list(LEVELS) for _ in range(len(EVIDENCE_EDGES) + 1)]  # by evidence

    def predict(self, question: Question) -> Prediction | None:
        """What to expect; None as long as there is too little evidence of anybody."""
        if self._everyone.samples < SAMPLES_AT_LEAST:
            return None
        person = self._people.get(question.responder) or _Known()
        group = self._groups.get(question.group) if question.group is not None else None
        case = self._case(question, person, group or _Known())
        mass = self._spread(case)
        levels = tuple(self._levels[case.evidence])
        low, quarter, middle, three, high = self._read(mass, levels, max(0.0, question.waited))
        source, samples = "everyone", self._everyone.samples
        if group is not None and group.samples >= SAMPLES_AT_LEAST:
            source, samples = "group", group.samples
        if person.samples >= SAMPLES_AT_LEAST:
            source, samples = "person", person.samples
        return Prediction(middle, (quarter, three), (low, high), samples, source, levels)

    def learn(self, reply: Reply) -> None:
        """The next reply, in the order in which they were given."""
        if not isfinite(reply.seconds):
            raise ValueError(f"a reply after {reply.seconds} seconds")
        seconds = max(0.0, reply.seconds)
        place = place_of(seconds)
        person = _kept(self._people, reply.responder, PEOPLE_AT_MOST)
        group = _Known() if reply.group is None else _kept(self._groups, reply.group, GROUPS_AT_MOST)
        case = self._case(reply, person, group)
        below, mass = self._follow(case, leaf_of(place))
        under, until = self._scale.shares(seconds)
        if self._everyone.samples >= SAMPLES_AT_LEAST:
            within = under + (until - under) * (self._everyone.samples * _STRIDE % 1.0)
            self._calibrate(case.evidence, _level(reply.told, place, seconds), below + mass * within)
        self._scale.note(seconds)
        answered_at = reply.asked_at.timestamp() + seconds
        for known in (self._everyone, group, person):
            known.note(place, answered_at)

    def _case(self, about: Question | Reply, person: _Known, group: _Known) -> _Case:
        if about.asked_at.tzinfo is None:
            raise ValueError("asked_at must know its time zone")
        at = about.asked_at.timestamp()
        last, pace = person.as_of(at)
        if about.last_active is not None:
            last = about.last_active.timestamp()
        idle = 0 if last is None else 1 + bisect_right(IDLE_EDGES, at - last)
        hour = about.asked_at.hour
        kind = max(0, about.asked_at.weekday() - 3)  # Monday to Thursday, Friday, Saturday, Sunday
        presence = 1 + PRESENCES.index(about.presence) if about.presence in PRESENCES else 0
        return _Case(
            everyone=self._everyone.counters,
            group=group.counters,
            person=person.counters,
            evidence=bisect_right(EVIDENCE_EDGES, person.samples),
            idle=IDLE + (idle << _SLOT),
            hour=HOUR + (kind * 24 + hour << _SLOT),
            hour_of_day=HOUR + (hour << _SLOT),
            day=DAY + (kind * 8 + hour // 3 << _SLOT),
            idle_pace=IDLE_PACE + (idle * 20 + pace << _SLOT),
            group_pace=GROUP_PACE + (group.as_of(at)[1] << _SLOT),
            presence=PRESENCE + (presence << _SLOT),
        )

    def _spread(self, case: _Case) -> list[float]:
        """The probability of each leaf."""
        mass = [1.0] * (2 * LEAVES)
        for node in range(1, LEAVES):
            if node >= FINE:
                longer = case.base(node)[1]
            else:
                longer = _mixed(self._weights[node.bit_length() - 1], case.opinions(node))
            mass[2 * node] = mass[node] * (1.0 - longer)
            mass[2 * node + 1] = mass[node] * longer
        return mass[LEAVES:]

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
        times: list[float] = []
        for level in at[:-1]:
            times.append(max(time_at(level), waited, *times[-1:]))
        if (
            waited == 0
        ):  # with many on the lower end itself, all from there to 95% would be more than nine of ten
            at[-1] = max(at[-2], min(at[-1], level_of(times[0], 0) + RANGE_AT_MOST))
        return [*times, max(time_at(at[-1]), times[-1])]

    def _follow(self, case: _Case, leaf: int) -> tuple[float, float]:
        """Learn that a reply fell on a leaf; the probability of all before, and of it, as they were."""
        mass, below = 1.0, 0.0
        for depth in range(DEPTH):
            node = (LEAVES + leaf) >> (DEPTH - depth)
            is_longer = (leaf >> (DEPTH - 1 - depth)) & 1
            if node >= FINE:
                longer = case.base(node)[1]
            else:
                weights, opinions = self._weights[depth], case.opinions(node)
                longer = _mixed(weights, opinions)
                self._steps[depth] += 1
                rate = max(RATE / (1 + self._steps[depth] / RATE_HALF) ** 0.5, RATE_LEAST)
                step = rate * (is_longer - longer)
                self._weights[depth] = [
                    weight + step * opinion for weight, opinion in zip(weights, opinions, strict=True)
                ]
            if is_longer:
                below += mass * (1.0 - longer)
                mass *= longer
            else:
                mass *= 1.0 - longer
            case.count(node, is_longer)
        return below, mass

    def _calibrate(self, evidence: int, told: float | None, now: float) -> None:
        """Move the levels: told is where the reply lay in what was predicted, now where it would lie today."""
        level = now if told is None else told
        moved = [
            min(0.999, max(0.001, found + CALIBRATION_STEP * (wanted - (level <= found))))
            for found, wanted in zip(self._levels[evidence], LEVELS, strict=True)
        ]
        self._levels[evidence] = sorted(moved)

    def state(self) -> dict[str, Any]:
        """Everything, as plain data for JSON."""
        return {
            "version": 1,
            "everyone": _dump(self._everyone),
            "people": [[key, _dump(known)] for key, known in self._people.items()],
            "groups": [[key, _dump(known)] for key, known in self._groups.items()],
            "weights": [list(one) for one in self._weights],
            "steps": list(self._steps),
            "frequent": [[leaf, *found] for leaf, found in self._scale.frequent.items()],
            "levels": [list(one) for one in self._levels],
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Predictor":
        """The one that gave this state."""
        if state.get("version") != 1:
            raise ValueError(f"a state of version {state.get('version')}, not 1")
        made = cls()
        made._everyone = _load(state["everyone"])
        made._people = {key: _load(known) for key, known in state["people"]}
        made._groups = {key: _load(known) for key, known in state["groups"]}
        made._weights = [list(one) for one in state["weights"]]
        made._steps = list(state["steps"])
        made._scale.frequent = {leaf: list(found) for leaf, *found in state["frequent"]}
        made._levels = [list(one) for one in state["levels"]]
        return made


def _mixed(weights: Sequence[float], opinions: Sequence[float]) -> float:
    total = sum([weight * opinion for weight, opinion in zip(weights, opinions, strict=True)])
    return 1.0 / (1.0 + exp(-min(7.0, max(-7.0, total))))


def _count(counters: Counters, key: int, is_longer: int, at_most: float) -> None:
    found = counters.get(key)
    if found is None:
        counters[key] = [float(is_longer), 1.0]
        return
    if found[1] < at_most:
        found[1] += 1.0
    found[0] += (is_longer - found[0]) / found[1]


def _kept(all_known: dict[Key, _Known], key: Key, at_most: int) -> _Known:
    """Who is known by this key, now the latest; the one not heard of for longest makes room."""
    known = all_known.pop(key, None) or _Known()
    if len(all_known) >= at_most:
        del all_known[next(iter(all_known))]
    all_known[key] = known
    return known


def _level(told: Prediction | None, place: float, seconds: float) -> float | None:
    """At which level of what was told a reply lay; None if nothing was told or it is one of the told times."""
    if told is None or seconds in told.quantiles:
        return None
    levels, places = told.levels, [place_of(time) for time in told.quantiles]
    if place < places[0]:
        return levels[0] / 2
    for (low, low_level), (high, high_level) in pairwise(zip(places, levels, strict=True)):
        if low <= place < high:
            return low_level + (high_level - low_level) * (place - low) / (high - low)
    return (1.0 + levels[-1]) / 2


def _dump(known: _Known) -> dict[str, Any]:
    counters = [[key, share, count] for key, (share, count) in known.counters.items()]
    recent = [list(one) for one in known.recent]
    return {"samples": known.samples, "pace": known.pace, "recent": recent, "counters": counters}


def _load(plain: Mapping[str, Any]) -> _Known:
    counters = {key: [share, count] for key, share, count in plain["counters"]}
    return _Known(plain["samples"], plain["pace"], [list(one) for one in plain["recent"]], counters)
