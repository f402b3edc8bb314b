"""Very many tickets at once, two workers that route, and agents who come, go and crash, on PostgreSQL."""

import asyncio
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from pulse.core.events import transaction
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import queries, rules, service
from pulse.support.models import Agent, Ticket, TicketEvent
from pulse.support.rules import Priority, TicketStatus
from tests.conftest import Live
from tests.support.crowd import Member, create_members
from tests.support.processes import Process, running

CAPACITY = 4


@dataclass
class Size:
    tickets: int
    agents: int
    seconds: int


SIZES = [
    pytest.param(Size(150, 8, 100), id="small"),
    pytest.param(Size(2000, 50, 900), id="full", marks=[pytest.mark.full, pytest.mark.timeout(1200)]),
]


class Rush:
    """Customers ask and agents work, in threads beside the processes that route."""

    def __init__(self, live: Live, size: Size) -> None:
        self.live, self.size = live, size
        half = size.agents // 2
        self.first = create_members(live, live.webs[0], half, "first", Role.AGENT)
        self.second = create_members(live, live.webs[1], size.agents - half, "second", Role.AGENT)
        self.agents = [*self.first, *self.second]
        self.customers = create_members(live, live.webs[0], 20, "customer")
        self.is_over = threading.Event()
        self.most_over = 0  # by how many tickets an agent was ever above capacity
        with live.app.app_context():
            for agent in self.agents:
                with transaction():
                    service.enlist(agent.id, is_available=True)
                service.set_agent(agent.id, {"capacity": CAPACITY})

    def ask(self, number: int) -> None:
        with self.live.app.app_context():
            priority = list(Priority)[number % 4]
            customer = self.customers[number % len(self.customers)]
            service.open_ticket(customer.id, service.Request(f"{number}", "Help", priority))

    def work(self, seed: int) -> None:
        """Resolve what is assigned, and come and go, until it is over."""
        chance = random.Random(seed)
        with self.live.app.app_context():
            while not self.is_over.is_set():
                agent = chance.choice(self.agents)
                if chance.random() < 0.05:
                    service.set_availability(agent.id)
                else:
                    self._resolve_one(agent)
                db.session.rollback()
                time.sleep(0.002)

    def _resolve_one(self, agent: Member) -> None:
        room = db.session.scalar(
            select(Ticket.room)
            .where(Ticket.assignee_id == agent.id, Ticket.status == TicketStatus.ACTIVE)
            .limit(1)
        )
        if room:
            service.resolve(Identity(agent.id, 0, Role.AGENT), room)

    def watch(self) -> None:
        """Look all the time whether somebody has too many."""
        with self.live.app.app_context():
            while not self.is_over.is_set():
                over = db.session.scalar(select(func.max(Agent.load - Agent.capacity))) or 0
                self.most_over = max(self.most_over, over)
                db.session.rollback()
                time.sleep(0.01)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("live", ["postgresql"], indirect=True)
def test_many_tickets_at_once(
    live: Live, size: Size, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rush = Rush(live, size)
    other = Process("worker.py", live.worker.environment, tmp_path / "worker.log")

    async def run() -> float:
        for agent in rush.agents:
            await agent.connect()
        with ThreadPoolExecutor(12) as pool, running(other):
            began = time.monotonic()
            beside = [pool.submit(rush.work, seed) for seed in range(2)] + [pool.submit(rush.watch)]
            asking = [pool.submit(rush.ask, number) for number in range(size.tickets)]
            await until(lambda: sum(one.done() for one in asking) >= size.tickets // 2, size.seconds)
            await asyncio.to_thread(live.webs[0].kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(live.webs[0].start)
            for agent in rush.first:
                await agent.close()
                await agent.connect()
            await until(lambda: _count(live, TicketStatus.RESOLVED) > size.tickets * 0.9, size.seconds)
            rush.is_over.set()
            for one in [*beside, *asking]:
                await asyncio.to_thread(one.result)
            with live.app.app_context():
                for agent in rush.agents:
                    service.set_availability(agent.id, True)
            await until(lambda: _count(live, TicketStatus.WAITING) == 0 or _is_full(live), 60)
            took = time.monotonic() - began
        for agent in rush.agents:
            await agent.close()
        return took

    took = asyncio.run(run())
    with live.app.app_context():
        given, late = check(size)
    assert rush.most_over <= 0
    with capsys.disabled():
        print(
            f"\n{size.tickets} tickets, {size.agents} agents, two routers: {given} times given"
            f" in {took:.0f} s; no agent above capacity;"
            f" longest time by which an older ticket was passed: {late:.2f} s"
        )
    assert late < 5  # what two routers that look at the same moment may do to each other


def check(size: Size) -> tuple[int, float]:
    """Nothing was lost or given twice; how often tickets were given, and by how much one was passed."""
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == size.tickets
    lines = defaultdict(list)
    changes = TicketEvent.change.in_(("opened", "assigned", "given_back", "status"))
    for line in db.session.scalars(select(TicketEvent).where(changes).order_by(TicketEvent.id)):
        lines[line.conversation_id].append(line)
    waits = []  # (rank, queued, from, until)
    for ticket in db.session.scalars(select(Ticket)):
        history = lines[ticket.conversation_id]
        for before, line in pairwise(history):
            if line.change == "assigned":
                assert before.change in ("opened", "given_back"), "given to two agents"
                waits.append((ticket.rank, ticket.queued_at, before.at, line.at))
    counted = dict(
        db.session.execute(
            select(Ticket.assignee_id, func.count())
            .where(Ticket.status == TicketStatus.ACTIVE)
            .group_by(Ticket.assignee_id)
        )
        .tuples()
        .all()
    )
    assert {one.user_id: one.load for one in db.session.scalars(select(Agent)) if one.load} == counted
    late = 0.0
    for rank in range(1, 5):
        same = sorted(wait for wait in waits if wait[0] == rank)
        newest = None
        for _, _, since, until_ in reversed(same):
            # whoever came later and was given away while this one waited already
            if newest is not None and newest > since:
                late = max(late, (until_ - newest).total_seconds())
            newest = min(newest, until_) if newest else until_
    return len(waits), late


def _count(live: Live, status: TicketStatus) -> int:
    with live.app.app_context():
        db.session.rollback()
        found = db.session.scalar(select(func.count()).where(Ticket.status == status)) or 0
        db.session.rollback()
        return found


def _is_full(live: Live) -> bool:
    """Whether no waiting ticket has a free able agent."""
    with live.app.app_context():
        db.session.rollback()
        free, skills = queries.candidates()
        found = all(rules.pick(ticket, free, skills) is None for ticket in queries.waiting())
        db.session.rollback()
        return found


async def until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait without keeping the agents' sockets from beating."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        await asyncio.sleep(0.1)
