"""Who answers customers: availability, capacity, skills, teams, hours."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from pulse.core import clock
from pulse.core.database import LOCK, insert
from pulse.core.errors import Conflict, NotFound
from pulse.core.events import publish, transaction
from pulse.extensions import db
from pulse.support import policy, queries
from pulse.support.events import AgentChanged, QueueMoved
from pulse.support.models import Agent, AgentSkill, Team, TeamAgent


def enlist(user_id: int, *, is_available: bool = False) -> bool:
    """Make sure, inside a transaction, that somebody who may answer customers has an agent's half.

    False if they may not.
    """
    if not queries.is_agent(user_id):
        return False
    session = db.session()
    fresh = {"user_id": user_id, "is_available": is_available, "created_at": clock.now()}
    session.execute(insert(session, Agent).values(**fresh).on_conflict_do_nothing())
    return True


def set_availability(user_id: int, is_available: bool | None = None) -> bool:
    """Take new tickets, or none; None: the other way round. Returns what it is then. Raises NotFound."""
    with transaction():
        agent = _hold(user_id)
        agent.is_available = not agent.is_available if is_available is None else is_available
        _tell(user_id)
        return agent.is_available


def set_agent(user_id: int, changes: dict[str, Any]) -> None:
    """Set capacity, skills or teams of an agent. Raises NotFound, InvalidInput (unknown_team)."""
    with transaction() as session:
        agent = _hold(user_id)
        if "capacity" in changes:
            agent.capacity = changes["capacity"]
        if "skills" in changes:
            session.execute(delete(AgentSkill).where(AgentSkill.user_id == user_id))
            session.add_all(AgentSkill(user_id=user_id, tag=tag) for tag in sorted(set(changes["skills"])))
        if "team_ids" in changes:
            _set_teams(user_id, changes["team_ids"])
        _tell(user_id)


def _set_teams(user_id: int, team_ids: Sequence[int]) -> None:
    session = db.session()
    wanted = sorted(set(team_ids))
    for team_id in wanted:
        policy.check_team(team_id, "team_ids")
    session.execute(delete(TeamAgent).where(TeamAgent.user_id == user_id))
    session.add_all(TeamAgent(team_id=team_id, user_id=user_id) for team_id in wanted)


def _hold(user_id: int) -> Agent:
    session = db.session()
    if not enlist(user_id):
        raise NotFound("There is no such agent.")
    session.flush()
    return session.get_one(Agent, user_id, with_for_update=LOCK, populate_existing=True)


def _tell(user_id: int) -> None:
    publish(AgentChanged(user_id))
    publish(QueueMoved())


def create_team(name: str, time_zone: str, week: list[Any], holidays: list[str]) -> int:
    """Make a team; returns its id. Raises Conflict (name_taken)."""
    try:
        with transaction() as session:
            team = Team(name=name, time_zone=time_zone, week=week, holidays=holidays, created_at=clock.now())
            session.add(team)
            session.flush()
            return team.id
    except IntegrityError:
        raise _taken() from None


def update_team(team_id: int, changes: dict[str, Any]) -> None:
    """Change name or hours of a team. Raises NotFound, Conflict (name_taken)."""
    try:
        with transaction():
            team = _team(team_id)
            for name, value in changes.items():
                setattr(team, name, value)
    except IntegrityError:
        raise _taken() from None


def delete_team(team_id: int) -> None:
    """Delete a team; its tickets are everybody's then. Raises NotFound."""
    with transaction() as session:
        session.delete(_team(team_id))
        publish(QueueMoved())


def _team(team_id: int) -> Team:
    team = queries.team(team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return team


def _taken() -> Conflict:
    return Conflict("There is a team of this name already.", code="name_taken", errors={"name": ["is taken"]})
