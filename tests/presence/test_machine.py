"""Random lives of a user with several devices, against a model of a few lines."""

from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pulse.core import clock
from pulse.extensions import store
from pulse.presence import live, queries, service
from pulse.presence.rules import Choice
from pulse.presence.service import Beat, Change
from tests.presence.people import add, history, identity, renew, told

DEVICES = st.sampled_from(["phone", "laptop", "tablet"])
PROCESSES = st.integers(0, 1)
names = count()


@dataclass
class ModelDevice:
    beat: int = 0
    used: int = 0
    closed: int | None = None
    sockets: list[str] = field(default_factory=list)  # names of processes

    @property
    def dies(self) -> int:
        silent = self.beat + 120_000
        return silent if self.closed is None or self.closed < self.beat else min(silent, self.closed + 25_000)


class Life(RuleBasedStateMachine):
    travel: Any

    def __init__(self) -> None:
        super().__init__()
        self.user = add(f"user{next(names)}")
        self.who = identity(self.user)
        self.devices: dict[str, ModelDevice] = {}
        self.choice, self.expires = "auto", 0
        self.processes: list[str] = []
        for n in (0, 1):
            self.start_process(n)

    @property
    def now(self) -> int:
        return clock.milliseconds()

    def start_process(self, n: int) -> None:
        name = f"process{next(names)}"
        self.processes[n : n + 1] = [name]
        live.take_lease(name, self.now + 10**12)

    def status(self, now: int) -> str:
        choice = "auto" if 0 < self.expires <= now else self.choice
        alive = [device for device in self.devices.values() if now < device.dies]
        if choice == "invisible" or not alive:
            return "offline"
        if choice != "auto":
            return choice
        return "online" if any(now < device.used + 300_000 for device in alive) else "away"

    @rule(name=DEVICES, is_used=st.booleans())
    def beat(self, name: str, is_used: bool) -> None:
        device = self.devices.setdefault(name, ModelDevice())
        if is_used:
            device.used = self.now
        device.beat, device.closed = self.now, None
        idle = self.now - device.used if device.used else 10**9
        service.heartbeat(self.who, Beat(name, "web", idle_ms=idle))

    @rule(name=DEVICES, n=PROCESSES)
    def open(self, name: str, n: int) -> None:
        device = self.devices.setdefault(name, ModelDevice())
        if device.dies <= self.now:
            device.beat = device.dies - 120_000  # a socket brings nobody back, only a beat does
        device.closed = None
        device.sockets.append(self.processes[n])
        service.socket_opened(self.who, name, "web", self.processes[n])

    @precondition(lambda self: any(device.sockets for device in self.devices.values()))
    @rule(data=st.data(), goodbye=st.booleans())
    def close(self, data: st.DataObject, goodbye: bool) -> None:
        name = data.draw(st.sampled_from([name for name, device in self.devices.items() if device.sockets]))
        device = self.devices[name]
        process = device.sockets.pop(data.draw(st.integers(0, len(device.sockets) - 1)))
        if not device.sockets:
            device.closed = self.now
            if goodbye:
                del self.devices[name]
        service.socket_closed(self.user.id, name, process, said_goodbye=goodbye)

    @rule(n=PROCESSES)
    def kill(self, n: int) -> None:
        live.take_lease(self.processes[n], self.now)  # it lapses now
        for device in self.devices.values():
            if self.processes[n] in device.sockets:
                device.sockets = [name for name in device.sockets if name != self.processes[n]]
                if not device.sockets:
                    device.closed = self.now
        self.start_process(n)

    @rule(choice=st.sampled_from(Choice), seconds=st.sampled_from([None, 10, 100, 1000]))
    def choose(self, choice: Choice, seconds: int | None) -> None:
        at = None if seconds is None else clock.from_milliseconds(self.now + seconds * 1000)
        self.choice = choice.value
        self.expires = self.now + seconds * 1000 if seconds and choice != "auto" else 0
        service.set_presence(self.who, Change(choice=choice, expires_at=at))

    @rule(seconds=st.sampled_from([0.001, 1, 5, 24.999, 25, 30, 90, 119.999, 120, 180, 299.999, 300]))
    def wait(self, seconds: float) -> None:
        self.travel.shift(seconds)

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def sit_and_read(self, data: st.DataObject) -> None:
        """Five minutes of beats without input."""
        name = data.draw(st.sampled_from(sorted(self.devices)))
        for _ in range(4):
            self.beat(name=name, is_used=False)
            self.travel.shift(74)

    @rule()
    def sweep(self) -> None:
        service.sweep()
        assert self.told()[-1:] in ([], [self.status(self.now)])

    @rule()
    def record(self) -> None:
        service.record()

    @invariant()
    def everybody_sees_what_the_model_says(self) -> None:
        assert queries.views([self.user.id])[self.user.id].verdict.status == self.status(self.now)

    @invariant()
    def nobody_sleeps_through_the_next_change(self) -> None:
        if live.lapsed_leases(self.now):
            return  # the next sweep looks anyway
        moments = [device.dies for device in self.devices.values()] + [self.expires]
        moments += [device.used + 300_000 for device in self.devices.values()]
        status = self.told()[-1:] or ["offline"]
        changes = [moment for moment in moments if moment > self.now and [self.status(moment)] != status]
        if [self.status(self.now)] != status:
            changes.append(self.now)
        timers = store.client.zrange(live.DUE, 0, -1, withscores=True)
        mine = [at for member, at in timers if member.startswith(f"{self.user.id}:")]
        if changes:
            assert mine
            assert min(mine) <= min(changes)

    def told(self) -> list[str]:
        return [update["status"] for update in told(self.user)]

    def teardown(self) -> None:
        service.sweep()
        service.record()
        renew(self.user)
        changes = history(self.user, self.user)
        updates = told(self.user)
        assert [(c["version"], c["status"], c["previous"], c["at"]) for c in changes] == [
            (u["version"], u["status"], u["previous"], u["since"]) for u in updates
        ]
        assert all(one["status"] == two["previous"] != two["status"] for one, two in pairwise(changes))
        assert all(one["until"] == two["at"] >= one["at"] for one, two in pairwise(changes))
        assert (self.told() or ["offline"])[-1] == self.status(self.now)
        store.client.flushall()


def test_random_lives(travel: Any, app: Flask) -> None:
    Life.travel = travel
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
