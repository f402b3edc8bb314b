"""Whatever happens at the desk, in any order: seats are counted, nobody waits beside a free agent."""

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from pulse.conversations import service as conversations
from pulse.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.support import queries, rules, service
from pulse.support.models import Agent, Ticket
from pulse.support.rules import Priority, TicketStatus
from tests.conftest import Person
from tests.desk.conftest import Desk, beat

AGENTS, CUSTOMERS = st.integers(0, 2), st.integers(0, 1)
NTH = st.integers(0, 30)


_numbers = count(1)


class Working(RuleBasedStateMachine):
    """Customers ask, agents come, go, answer, resolve and hand on; time passes; the router runs."""

    desk: Desk
    travel: Any

    @initialize()
    def begin(self) -> None:
        self.agents = [self.desk.ann, self.desk.abe, self.desk.root]
        self.rooms: list[str] = []
        self.team = service.create_team(f"team {next(_numbers)}", "UTC", [], [])
        for who in self.agents:
            service.set_availability(who.id, True)
            service.set_agent(who.id, {"capacity": 2, "skills": [], "team_ids": []})

    @rule(
        who=CUSTOMERS,
        priority=st.sampled_from(Priority),
        tags=st.lists(st.sampled_from("ab"), max_size=2),
        in_team=st.booleans(),
    )
    def ask(self, who: int, priority: Priority, tags: list[str], in_team: bool) -> None:
        customer = (self.desk.bob, self.desk.eve)[who]
        asked = service.Request("x", "y", priority, tags, self.team if in_team else None)
        number = service.open_ticket(customer.id, asked)
        found = queries.ticket(number)
        assert found
        self.rooms.append(found.room)

    @rule(who=AGENTS)
    def come(self, who: int) -> None:
        with suppress(AssertionError):  # the token has expired meanwhile
            beat(self.agents[who])

    @rule(seconds=st.sampled_from([1, 60, 130]))
    def time_passes(self, seconds: int) -> None:
        self.travel.shift(seconds)

    @rule(who=AGENTS)
    def toggle(self, who: int) -> None:
        service.set_availability(self.agents[who].id)

    @rule(
        who=AGENTS, capacity=st.integers(0, 3), skills=st.lists(st.sampled_from("ab")), in_team=st.booleans()
    )
    def learn(self, who: int, capacity: int, skills: list[str], in_team: bool) -> None:
        changes = {"capacity": capacity, "skills": skills, "team_ids": [self.team] if in_team else []}
        service.set_agent(self.agents[who].id, changes)

    @rule(nth=NTH, action=st.sampled_from([service.resolve, service.close, service.reopen]), who=AGENTS)
    def end(self, nth: int, action: Any, who: int) -> None:
        self._try(nth, lambda room: action(_as(self.agents[who]), room))

    @rule(nth=NTH, who=AGENTS, whom=AGENTS)
    def assign(self, nth: int, who: int, whom: int) -> None:
        self._try(nth, lambda room: service.assign(_as(self.agents[who]), room, self.agents[whom].id))

    @rule(nth=NTH, who=AGENTS, in_team=st.booleans())
    def hand_on(self, nth: int, who: int, in_team: bool) -> None:
        team = self.team if in_team else None
        self._try(nth, lambda room: service.hand_to_team(_as(self.agents[who]), room, team))

    @rule(nth=NTH, by_customer=st.booleans())
    def say(self, nth: int, by_customer: bool) -> None:
        def send(room: str) -> None:
            ticket = queries.by_room(room)
            assert ticket
            sender = ticket.customer_id if by_customer else ticket.assignee_id
            if sender:
                conversations.send(sender, ticket.conversation_id, conversations.Draft("x"))

        self._try(nth, send)

    @rule()
    def look_after(self) -> None:
        service.look_after()

    @rule()
    def route(self) -> None:
        service.route()
        db.session.rollback()
        free, skills = queries.candidates()
        for ticket in queries.waiting():
            assert rules.pick(ticket, free, skills) is None

    @invariant()
    def seats_are_counted(self) -> None:
        db.session.rollback()
        counted = dict(
            db.session.execute(
                select(Ticket.assignee_id, func.count())
                .where(Ticket.status == TicketStatus.ACTIVE)
                .group_by(Ticket.assignee_id)
            )
            .tuples()
            .all()
        )
        for agent in db.session.scalars(select(Agent)):
            assert agent.load == counted.pop(agent.user_id, 0)
        assert counted == {}
        waiting = Ticket.status == TicketStatus.WAITING
        assert db.session.scalar(select(func.count()).where(waiting, Ticket.assignee_id.is_not(None))) == 0

    def _try(self, nth: int, action: Any) -> None:
        if self.rooms:
            with suppress(Conflict, Forbidden, InvalidInput, NotFound):
                action(self.rooms[nth % len(self.rooms)])


def _as(who: Person) -> Identity:
    return Identity(who.id, who.session_id, Role.ADMIN if who.username == "root" else Role.AGENT)


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(3, 40), pytest.param(60, 100, marks=[pytest.mark.full, pytest.mark.timeout(1800)])],
    ids=["short", "long"],
)
def test_the_desk_stays_right(desk: Desk, travel: Any, examples: int, steps: int) -> None:
    machine = type("Machine", (Working,), {"desk": desk, "travel": travel})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
