"""The router: waiting tickets to free agents, and back from agents who are gone."""

from collections.abc import Sequence
from datetime import timedelta

from pulse.core import clock
from pulse.core.context import settings
from pulse.extensions import db
from pulse.support import live, queries, rules
from pulse.support.service.assigning import give, give_back
from pulse.support.service.changing import wake

PAGE = 200  # waiting tickets that one look takes
AT_ONCE = 500  # unanswered tickets that one look takes
FRESH = timedelta(seconds=1)  # how long a plan is good


def route() -> int:
    """Give waiting tickets to agents until nobody is free or nothing waits; returns how many were given.

    Any number of routers may run: `give` decides. Whoever loses a race, or has an old plan, looks again at
    what is true by then, so that no later ticket passes one that waits. Raises RedisError.
    """
    live.begin_route()
    given, last = 0, None
    while True:
        db.session.rollback()  # ends the read transaction: look at what is true now
        agents, skills = queries.candidates()
        waiting = queries.waiting(last, PAGE) if agents else []
        plan = rules.plan(waiting, agents, skills, clock.now())
        given += _give(plan)
        if plan:
            last = None
        elif len(waiting) == PAGE:
            last = waiting[-1]  # nobody can help these; somebody may be able to help those behind them
        else:
            return given


def _give(plan: Sequence[tuple[int, int]]) -> int:
    """Give tickets away as planned, until somebody was faster or the plan is old; returns how many."""
    made = clock.now()
    for done, (conversation_id, agent_id) in enumerate(plan):
        if clock.now() - made > FRESH or not give(conversation_id, agent_id):
            return done
    return len(plan)


def look_after() -> int:
    """Give back tickets whose agent is gone or silent while a customer waits; returns how many.

    Raises RedisError.
    """
    back = 0
    for ticket in [(t.conversation_id, t.assignee_id) for t in queries.held_by_nobody()]:
        if ticket[1] is not None:
            back += give_back(ticket[0], ticket[1], "no_agent")
    held = [
        (t.conversation_id, t.assignee_id, t.awaits_since, t.assigned_at, t.answered_at)
        for t in queries.held_and_unanswered(AT_ONCE)
    ]
    here = queries.who_is_here({agent_id for _, agent_id, *_ in held if agent_id is not None})
    now, within = clock.now(), timedelta(seconds=settings().support_answer_within)
    for conversation_id, agent_id, awaits_since, assigned_at, answered_at in held:
        if agent_id is None or assigned_at is None:
            continue
        is_overdue = rules.is_overdue(
            awaits_since=awaits_since,
            assigned_at=assigned_at,
            has_answered=answered_at is not None,
            is_agent_here=agent_id in here,
            answer_within=within,
            now=now,
        )
        if is_overdue:
            back += give_back(conversation_id, agent_id, "offline" if agent_id not in here else "no_answer")
    return back


def tend() -> None:
    """Bring back what was put off, take tickets from agents who are gone, route. Raises RedisError."""
    wake()
    look_after()
    route()
