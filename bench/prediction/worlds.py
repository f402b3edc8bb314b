"""Synthetic worlds: streams of messages, each made by people of another kind. Seeded; the estimator knows
none of it.

Every world is a function of a seed and a size (1.0: a few thousand replies) that gives messages in time
order. Nothing is handed on but who wrote where and when; what moves the people (their pace, hours, load)
stays inside.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from math import exp, log, pi, sin
from random import Random

from bench.prediction.logs import Message

START = datetime(2026, 1, 5, tzinfo=timezone.utc)  # noqa: UP017  a Monday
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
World = Callable[[int, float], list[Message]]
Raw = list[tuple[float, str, str]]


def _messages(raw: Raw, zones: dict[str, float] | None = None, grain: float = 1.0) -> list[Message]:
    """In time order, stamped to the second (or minute), in the writer's zone where the world has zones."""
    known = {name: timezone(timedelta(hours=hours)) for name, hours in (zones or {}).items()}
    raw.sort()
    return [
        Message(
            (START + timedelta(seconds=at - at % grain)).astimezone(known.get(who, START.tzinfo)), where, who
        )
        for at, where, who in raw
    ]


def _at_work(at: float, begins: float, ends: float, lunch: float) -> float:
    """The first moment not before `at` (local seconds) on a weekday within working hours and outside
    lunch."""
    while True:
        day, second = divmod(at, DAY)
        if day % 7 >= 5 or second >= ends:
            at = (day + 1) * DAY + begins
        elif second < begins - 0.01:
            at = day * DAY + begins
        elif lunch <= second < lunch + 45 * MINUTE - 0.01:
            at = day * DAY + lunch + 45 * MINUTE
        else:
            return at


def office(seed: int, size: float) -> list[Message]:
    """Colleagues in three time zones, in pairs. They ask within their working hours and answer within theirs:
    each at an own pace (median 1 to 20 minutes), six times sooner while they are at the keyboard (wrote
    within 5 minutes), not at lunch, not in the meetings that fill a fifth of their hours; what comes later is
    answered the next morning."""
    random = Random(f"office {seed}")
    people = []
    for n in range(24):
        people.append(
            {
                "name": f"p{n}",
                "zone": (-5.0, 0.0, 1.0)[n % 3],
                "pace": exp(random.gauss(log(5 * MINUTE), 0.8)),
                "hours": ((8.5 + random.gauss(0, 0.5)) * HOUR, (17.5 + random.gauss(0, 0.7)) * HOUR),
                "lunch": (11.75 + random.random()) * HOUR,
                "last": -1e9,
            }
        )

    def free(who: dict, at: float) -> float:
        shift = who["zone"] * HOUR
        at = _at_work(at + shift, *who["hours"], who["lunch"])
        half_hour = int(at // (30 * MINUTE))
        while Random(f"{seed} {who['name']} {half_hour}").random() < 0.2:
            half_hour += 1
            at = _at_work(half_hour * 30 * MINUTE, *who["hours"], who["lunch"])
            half_hour = int(at // (30 * MINUTE))
        return at - shift

    raw: Raw = []
    events: list[tuple[float, int, int, int, int]] = []
    serial = 0
    for n in range(len(people)):
        heapq.heappush(events, (free(people[n], random.expovariate(1 / (4 * HOUR))), serial, n, -1, 0))
        serial += 1
    end = 56 * DAY * size
    while events:
        at, _, n, other, left = heapq.heappop(events)
        if at > end:
            continue
        who = people[n]
        if other < 0:  # begins a talk, and plans the next one
            serial += 1
            later = free(who, at + random.expovariate(1 / (2.5 * HOUR)))
            heapq.heappush(events, (later, serial, n, -1, 0))
            same_team = [k for k in range(len(people)) if k % 4 == n % 4 and k != n]
            other = random.choice(same_team) if random.random() < 0.7 else (n + 1 + random.randrange(23)) % 24
            left = 1 + int(random.expovariate(0.5))
        who["last"] = at
        raw.append((at, f"{min(n, other)}-{max(n, other)}", who["name"]))
        if random.random() < 0.2:
            raw.append((at + 2 + random.expovariate(1 / 8), f"{min(n, other)}-{max(n, other)}", who["name"]))
        if left:
            peer = people[other]
            begin = free(peer, at + 2)
            active = begin - peer["last"] < 5 * MINUTE
            pace = peer["pace"] * (1 / 6 if active else 1.0)
            serial += 1
            heapq.heappush(
                events, (free(peer, begin + 1 + pace * exp(random.gauss(0, 0.9))), serial, other, n, left - 1)
            )
    return _messages(raw, {str(one["name"]): float(one["zone"]) for one in people})


def chatters(seed: int, size: float) -> list[Message]:
    """Friends in pairs and one group of eight, in bursts: a word excites the next one, seconds later, at each
    one's pace and the talk's own (some are lively, some idle along); a talk dies out after a few, and what
    was left open is taken up hours later, mostly in the evening."""
    random = Random(f"chatters {seed}")
    pace = {f"c{n}": exp(random.gauss(log(12), 0.6)) for n in range(16)}
    names = list(pace)
    talks = [(f"d{n}", random.sample(names, 2)) for n in range(20)] + [("group", names[:8])]
    raw: Raw = []
    for where, members in talks:
        at = random.random() * DAY
        while at < 24 * DAY * size:
            if random.random() < 0.75 and not 17 <= at % DAY / HOUR < 24:
                at += random.expovariate(1 / (3 * HOUR))
                continue
            who, mood = random.choice(members), random.gauss(0, 0.6)
            for _ in range(1 + int(random.expovariate(1 / 9))):
                raw.append((at, where, who))
                if random.random() < 0.3:
                    at += 1 + random.expovariate(1 / 4)
                    raw.append((at, where, who))
                who = random.choice([name for name in members if name != who])
                heat = exp(mood + random.gauss(0, 0.5))
                at += 1 + pace[who] * heat * (25 if random.random() < 0.06 else 1)
            at += random.expovariate(1 / (20 * HOUR))
    return _messages(raw)


def desk(seed: int, size: float) -> list[Message]:
    """A support desk: customers, each new, write to one of eight agents in two shifts, who answer one after
    the other: the wait is a queue's, swelling at noon, on Mondays and in outages (a few hours of fivefold
    load). Who comes after the shift waits for the next one."""
    random = Random(f"desk {seed}")
    begins = {f"a{n}": (7.0 if n % 2 else 13.0) * HOUR for n in range(8)}
    speed = {name: exp(random.gauss(log(2.5 * MINUTE), 0.35)) for name in begins}
    free = dict.fromkeys(begins, 0.0)
    raw: Raw = []
    at, ticket, outage = 0.0, 0, -1.0

    def serve(name: str, asked: float) -> float:
        begin = max(free[name], asked)
        day, second = divmod(begin, DAY)
        if second < begins[name]:
            begin = day * DAY + begins[name]
        elif second >= begins[name] + 8 * HOUR:
            begin = (day + 1) * DAY + begins[name]
        free[name] = begin + 5 + speed[name] * exp(random.gauss(0, 0.6)) * 0.8
        return free[name]

    waiting: list[tuple[float, int, str, int]] = []
    while at < 20 * DAY * size:
        hour, day = at % DAY / HOUR, int(at // DAY) % 7
        rate = (0.15 + max(0.0, sin(pi * (hour - 6) / 16))) * (1.3 if day == 0 else 0.4 if day >= 5 else 1.0)
        if at > outage and random.random() < 0.002:
            outage = at + 3 * HOUR
        at += random.expovariate(rate * (5 if at < outage else 1) / (5 * MINUTE))
        while waiting and waiting[0][0] <= at:
            asked, number, name, left = heapq.heappop(waiting)
            raw.append((asked, f"t{number}", f"customer{number}"))
            answered = serve(name, asked)
            raw.append((answered, f"t{number}", name))
            if left:
                again = answered + 20 + random.expovariate(1 / (4 * MINUTE))
                heapq.heappush(waiting, (again, number, name, left - 1))
        on = [n for n in begins if begins[n] <= at % DAY < begins[n] + 8 * HOUR] or list(begins)
        ticket += 1
        heapq.heappush(
            waiting, (at, ticket, min(on, key=lambda n: (free[n], n)), int(random.expovariate(0.8)))
        )
    return _messages(raw)


def drift(seed: int, size: float) -> list[Message]:
    """People who change: each one's pace wanders and jumps (a new job, a holiday), and their times have heavy
    tails (Pareto: one in twenty takes more than ten times the usual). No hours, no weekdays."""
    random = Random(f"drift {seed}")
    raw: Raw = []
    for n in range(30):
        at, pace = random.random() * HOUR, random.gauss(log(4 * MINUTE), 1.0)
        while at < 50 * DAY * size:
            pace += random.gauss(0, 0.05) - 0.002 * (pace - log(4 * MINUTE))
            if random.random() < 0.012:
                pace = random.gauss(log(4 * MINUTE), 1.5)
            raw.append((at, f"pair{n}", f"asker{n}"))
            at += 1 + exp(pace) * 0.5 * random.paretovariate(1.3)
            raw.append((at, f"pair{n}", f"d{n}"))
            at += 30 + random.expovariate(1 / (4 * HOUR))
    return _messages(raw)


def newcomers(seed: int, size: float) -> list[Message]:
    """A community in which new people arrive all day long and leave again: most answer five times or fewer
    (one in ten stays for sixty), each at an own pace (median seconds to hours), more slowly at night, and in
    some rooms faster than in others."""
    random = Random(f"newcomers {seed}")
    rooms = [(f"r{n}", random.gauss(0, 0.5)) for n in range(6)]
    raw: Raw = []
    for n in range(int(450 * size)):
        room, quick = random.choice(rooms)
        pace = random.gauss(log(6 * MINUTE), 1.4) + quick
        at = random.random() * 40 * DAY
        for k in range(1 + int(random.expovariate(1 / (6 if random.random() < 0.9 else 60)))):
            where = f"{room}/{n}/{k}"
            night = 1.5 if at % DAY < 7 * HOUR else 0.0
            raw.append((at, where, f"helper{n % 40}"))
            took = 2 + exp(random.gauss(pace + night, 0.8))
            raw.append((at + took, where, f"new{n}"))
            at += took + random.expovariate(1 / (8 * HOUR))
    return _messages(raw)


def irc(seed: int, size: float) -> list[Message]:
    """Two channels with minute stamps (many replies of zero seconds), some people who write most and hundreds
    who come once; talks flare up and die, and nobody says whom they answer."""
    random = Random(f"irc {seed}")
    raw: Raw = []
    for channel in ("#one", "#two"):
        at = 0.0
        while at < 12 * DAY * size:
            day = 0.3 + max(0.0, sin(pi * (at % DAY / HOUR - 8) / 14))
            at += random.expovariate(day / (40 * MINUTE))
            here = [
                f"n{min(int(random.paretovariate(0.7)), 900)}"
                for _ in range(2 + int(random.expovariate(0.6)))
            ]
            gap = exp(random.gauss(log(25), 0.8))
            for _ in range(2 + int(random.expovariate(1 / 14))):
                raw.append((at, channel, random.choice(here)))
                at += random.expovariate(1 / gap) * (12 if random.random() < 0.07 else 1)
    return _messages(raw, grain=60.0)


def threads(seed: int, size: float) -> list[Message]:
    """A mailing list: a conversation per thread, hours and days between its mails, writers from all over the
    world in their own zones; some answer within minutes of their last mail since they read in one sitting."""
    random = Random(f"threads {seed}")
    names = [f"w{n}" for n in range(250)]
    zones = {name: float(random.choice((-8, -5, 0, 1, 2, 5.5, 8))) for name in names}
    busy = [random.paretovariate(0.9) for _ in names]
    slow = {name: random.gauss(0, 0.7) for name in names}
    raw: Raw = []
    for n in range(int(900 * size)):
        at = random.random() * 120 * DAY
        for _ in range(1 + int(random.expovariate(1 / 6))):
            who = random.choices(names, busy)[0]
            at += 30 + exp(random.gauss(log(3 * HOUR) + slow[who], 1.6))
            while (at + zones[who] * HOUR) % DAY < 7 * HOUR:
                at += random.expovariate(1 / (2 * HOUR))
            raw.append((at, f"thread{n}", who))
    return _messages(raw, zones)


WORLDS: dict[str, World] = {
    one.__name__: one for one in (office, chatters, desk, drift, newcomers, irc, threads)
}
