"""How long somebody will take to answer: DRAFT."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import exp, expm1, log, log1p
from typing import Any, Protocol

Key = str | int
Counters = dict[int, list[float]]

SAMPLES_AT_LEAST = 5
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

DEPTH = 6
LEAVES = 1 << DEPTH
FINE = LEAVES // 2
TOP = log1p(30 * 86_400.0)
WIDTH = TOP / LEAVES

IDLE_EDGES = (10.0, 40.0, 120.0, 600.0, 3_600.0, 14_400.0, 57_600.0, 259_200.0)
EVIDENCE_EDGES = (1, 5, 15, 50)
PRESENCES = ("online", "away", "busy", "offline")
PRIOR = [0.0] + [(1.5, 2.0, 3.0, 4.0, 6.0, 9.0)[n.bit_length() - 1] for n in range(1, LEAVES)]
SLOW, FAST, CONTEXT, EVERYONE = 1_000.0, 10.0, 300.0, 20_000.0
RATE = 0.02
RN = 100
RMIN = 0.0015
PACE = 0.3
GAMMA = 0.005
CAP = 0.935
M = 2.0
ME = 5.0
MG = 5.0
MP = 1.0
WEIGHTS = (0.0, 0.15, 0.15, 0.25, 0.1, 0.1, 0.25, 0.1, 0.0)


@dataclass(frozen=True, slots=True)
class Question:
    responder: Key
    asked_at: datetime
    group: Key | None = None
    presence: str | None = None
    last_active: datetime | None = None
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    responder: Key
    asked_at: datetime
    seconds: float
    group: Key | None = None
    presence: str | None = None
    last_active: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    median: float
    half: tuple[float, float]
    ninety: tuple[float, float]
    samples: int
    source: str


class Estimator(Protocol):
    def learn(self, reply: Reply) -> None: ...

    def predict(self, question: Question) -> Prediction | None: ...


class _Known:
    __slots__ = ("counters", "last_answer", "pace", "samples")

    def __init__(self) -> None:
        self.samples = 0
        self.pace = -1.0
        self.last_answer: float | None = None
        self.counters: Counters = {}


NOBODY = _Known()
NONE = (0.5, 0.0)


class Predictor:
    def __init__(self) -> None:
        self.everyone = _Known()
        self.people: dict[Key, _Known] = {}
        self.groups: dict[Key, _Known] = {}
        self.weights: dict[int, list[float]] = {}
        self.inside: dict[int, list[float]] = {}
        self.levels: dict[int, list[float]] = {}
        self.turn = 0
        self.counts = {}

    def _contexts(self, q, person, group):
        last = q.last_active.timestamp() if q.last_active is not None else person.last_answer
        idle = 0
        if last is not None:
            idle = 1 + bisect_right(IDLE_EDGES, max(0.0, q.asked_at.timestamp() - last))
        pace = 0 if person.pace < 0 else 1 + int(person.pace / 0.9)
        gpace = 0 if group.pace < 0 else 1 + int(group.pace / 0.9)
        hour = q.asked_at.hour
        kind = max(0, q.asked_at.weekday() - 3)
        day = hour // 3 + 8 * kind
        presence = PRESENCES.index(q.presence) + 1 if q.presence in PRESENCES else 0
        # everyone's: base 0, idle, hour, day, idle x pace, gpace, presence
        e = (0, (1 << 9 | idle) << 6, (2 << 9 | kind * 24 + hour) << 6, (3 << 9 | day) << 6,
             (4 << 9 | idle * 20 + pace) << 6, (5 << 9 | gpace) << 6, (6 << 9 | presence) << 6)
        p = (0, 7 << 15, e[1], (2 << 9 | hour) << 6, e[3], e[6])
        return e, p, e[5]

    def _base(self, node, ec, gc, pc):
        m = PRIOR[node]
        p, n = ec.get(node, NONE)
        e = (n * p + 1.0) / (n + 2.0)
        p, n = gc.get(node, NONE)
        g = (n * p + MG * e) / (n + MG)
        p, n = pc.get(node, NONE)
        m *= MP
        return e, (n * p + m * g) / (n + m)

    def _inputs(self, node, ec, gc, pc, ek, pk, gk):
        m = PRIOR[node]
        e, s = self._base(node, ec, gc, pc)
        eo = (1.0 - e) / e
        so = s / (1.0 - s) * eo
        p, n = pc.get(pk[1] + node, NONE)
        f = (n * p + m * s) / (n + m)
        ps = [e, s, f]
        # idle
        p, n = ec.get(ek[1] + node, NONE)
        ei = (n * p + ME * e) / (n + ME)
        for k, own in ((1, pk[2]), (2, pk[3]), (3, pk[4]), (6, pk[5])):
            if k == 1:
                x = ei
            else:
                p, n = ec.get(ek[k] + node, NONE)
                x = (n * p + ME * e) / (n + ME)
            o = so * x / (1.0 - x)
            p, n = pc.get(own + node, NONE)
            ps.append((n * p + M * m * o / (1.0 + o)) / (n + M * m))
        p, n = ec.get(ek[4] + node, NONE)
        ps.append((n * p + M * m * ei) / (n + M * m))
        p, n = ec.get(ek[5] + node, NONE)
        x = (n * p + ME * e) / (n + ME)
        o = so * x / (1.0 - x)
        p, n = gc.get(gk + node, NONE)
        ps.append((n * p + M * m * o / (1.0 + o)) / (n + M * m))
        return s, [log(p / (1.0 - p)) for p in ps]

    def _w(self, bucket, node):
        return self.weights.get(bucket * 8 + node.bit_length()) or list(W0)

    def predict(self, q):
        person = self.people.get(q.responder, NOBODY)
        group = self.groups.get(q.group, NOBODY) if q.group is not None else NOBODY
        if self.everyone.samples < SAMPLES_AT_LEAST:
            return None
        ek, pk, gk = self._contexts(q, person, group)
        ec, gc, pc = self.everyone.counters, group.counters, person.counters
        bucket = bisect_right(EVIDENCE_EDGES, person.samples)
        mass = [1.0] * (2 * LEAVES)
        for node in range(1, LEAVES):
            m = mass[node]
            if m < 1e-4:
                mass[2 * node] = mass[2 * node + 1] = m / 2
                continue
            if node >= FINE:
                p = self._base(node, ec, gc, pc)[1]
            else:
                _, st = self._inputs(node, ec, gc, pc, ek, pk, gk)
                p = squash(sum([a * b for a, b in zip(self._w(bucket, node), st)]))
            mass[2 * node] = m * (1 - p)
            mass[2 * node + 1] = m * p
        cum = [0.0]
        t = 0.0
        for x in mass[LEAVES:]:
            t += x
            cum.append(t)
        start = 0.0
        if q.waited > 0:
            y = min(log1p(q.waited), TOP - 1e-9)
            k = int(y / WIDTH)
            start = cum[k] + mass[LEAVES + k] * self._share(k, y)[1]
        out = []
        levels = self.levels.get(min(bucket, 3)) or LEVELS
        ls = [start + (t - start) * a for a in levels]
        for j, level in enumerate(ls):
            if j == 4:
                k = min(LEAVES - 1, int(log1p(out[0]) / WIDTH + 1e-9))
                under = max(start, cum[k] + mass[LEAVES + k] * self._share(k, log1p(out[0]))[0])
                level = max(ls[3], min(level, under + CAP * (t - start)))
            k = max(0, min(bisect_left(cum, level) - 1, LEAVES - 1))
            y = self._place(k, (level - cum[k]) / mass[LEAVES + k])
            out.append(max(expm1(y), q.waited, out[-1] if out else 0.0))
        source, n = "everyone", self.everyone.samples
        if group.samples >= SAMPLES_AT_LEAST:
            source, n = "group", group.samples
        if person.samples >= SAMPLES_AT_LEAST:
            source, n = "person", person.samples
        return Prediction(out[2], (out[1], out[3]), (out[0], out[4]), n, source)

    def _share(self, k, y):
        """Which share of bin k is below y, and which at or below."""
        low = k * WIDTH
        plain = min(1.0, max(0.0, (y - low) / WIDTH))
        found = self.inside.get(k)
        if found is None:
            return plain, plain
        v, a, _ = found
        rest = (1 - a) * plain
        if y > v + 1e-9:
            return rest + a, rest + a
        if y < v - 1e-9:
            return rest, rest
        return rest, rest + a

    def _place(self, k, share):
        low = k * WIDTH
        found = self.inside.get(k)
        if found is None:
            return low + WIDTH * share
        v, a, _ = found
        before = (1 - a) * (v - low) / WIDTH
        if share < before:
            return low + WIDTH * share / (1 - a)
        if share <= before + a:
            return v
        return low + WIDTH * (share - a) / (1 - a)

    def learn(self, r):
        person = self.people.setdefault(r.responder, _Known())
        group = self.groups.setdefault(r.group, _Known()) if r.group is not None else _Known()
        ek, pk, gk = self._contexts(r, person, group)
        ec, gc, pc = self.everyone.counters, group.counters, person.counters
        bucket = bisect_right(EVIDENCE_EDGES, person.samples)
        y = min(log1p(max(0.0, r.seconds)), TOP - 1e-9)
        leaf = int(y / WIDTH)
        mass, below = 1.0, 0.0
        for depth in range(DEPTH):
            node = (LEAVES + leaf) >> (DEPTH - depth)
            bit = (leaf >> (DEPTH - 1 - depth)) & 1
            if node >= FINE:
                p = self._base(node, ec, gc, pc)[1]
            else:
                _, st = self._inputs(node, ec, gc, pc, ek, pk, gk)
                w = self._w(bucket, node)
                p = squash(sum([a * b for a, b in zip(w, st)]))
                key = bucket * 8 + node.bit_length()
                n = self.counts[key] = self.counts.get(key, 0) + 1
                err = max(RATE / (1 + n / RN) ** 0.5, RMIN) * (bit - p)
                self.weights[key] = [a + err * b for a, b in zip(w, st)]
            if bit:
                below += mass * (1 - p)
                mass *= p
            else:
                mass *= 1 - p
            bump(ec, node, bit, EVERYONE)
            bump(gc, node, bit, EVERYONE / 4)
            bump(pc, node, bit, SLOW)
            if node < FINE:
                bump(pc, pk[1] + node, bit, FAST)
                for k in pk[2:]:
                    bump(pc, k + node, bit, CONTEXT)
                for k in ek[1:]:
                    bump(ec, k + node, bit, EVERYONE / 4)
                bump(gc, gk + node, bit, CONTEXT)
        lo, hi = self._share(leaf, y)
        self.turn = (self.turn + 1) % 1024
        u = below + mass * (lo + (hi - lo) * ((self.turn * 0.6180339887) % 1.0))
        if person.samples >= 0 and self.everyone.samples >= SAMPLES_AT_LEAST:
            ls = self.levels.get(min(bucket, 3)) or list(LEVELS)
            self.levels[min(bucket, 3)] = sorted(
                min(0.999, max(0.001, a + GAMMA * (t - (u <= a)))) for a, t in zip(ls, LEVELS)
            )
        found = self.inside.get(leaf)
        if found is None:
            self.inside[leaf] = [y, 0.0, 1.0]
        else:
            found[2] = min(found[2] + 1.0, 100.0)
            found[1] += ((y == found[0]) - found[1]) / found[2]
            if found[1] < 0.2 and y != found[0]:
                found[0] = y
        for known in (self.everyone, group, person):
            known.samples += 1
            known.pace = y if known.pace < 0 else known.pace + PACE * (y - known.pace)
        person.last_answer = r.asked_at.timestamp() + r.seconds


W0 = WEIGHTS


def squash(x):
    if x > 7:
        x = 7
    elif x < -7:
        x = -7
    return 1.0 / (1.0 + exp(-x))


def bump(counters, key, bit, limit):
    c = counters.get(key)
    if c is None:
        counters[key] = [float(bit), 1.0]
    else:
        n = c[1]
        if n < limit:
            n += 1.0
            c[1] = n
        c[0] += (bit - c[0]) / n
