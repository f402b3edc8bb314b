"""Reads of agents, teams, hours, promised times and canned replies; they never commit."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.core.permissions import Permission, Role, may
from pulse.extensions import db
from pulse.support import hours, rules
from pulse.support.hours import Hours
from pulse.support.models import (
    Agent,
    AgentSkill,
    CannedReply,
    TargetTimes,
    Team,
    TeamAgent,
)
from pulse.support.rules import Priority

DESK_ROLES = tuple(role for role in Role if may(role, Permission.DESK_WORK))


def agent(user_id: int) -> Agent | None:
    return db.session.get(Agent, user_id, populate_existing=True)


def is_agent(user_id: int) -> bool:
    """Whether somebody answers customers now."""
    query = select(User.id).where(
        User.id == user_id, User.account_status == AccountStatus.ACTIVE, User.role.in_(DESK_ROLES)
    )
    return db.session.scalar(query) is not None


def name_of(user_id: int) -> str:
    """What a user is called."""
    user = db.session.get_one(User, user_id)
    return user.full_name or user.username


def agents(*, is_available: bool | None = None) -> Sequence[tuple[Agent, User]]:
    """Everybody who answers customers, by username."""
    query = (
        select(Agent, User)
        .join(User, User.id == Agent.user_id)
        .where(User.account_status == AccountStatus.ACTIVE, User.role.in_(DESK_ROLES))
        .order_by(func.lower(User.username))
        .execution_options(populate_existing=True)
    )
    if is_available is not None:
        query = query.where(Agent.is_available.is_(is_available))
    return db.session.execute(query).tuples().all()


def skills_of() -> dict[int, list[str]]:
    """The skills of every agent."""
    found: dict[int, list[str]] = {}
    for one in db.session.scalars(select(AgentSkill).order_by(AgentSkill.tag)):
        found.setdefault(one.user_id, []).append(one.tag)
    return found


def teams_of(user_ids: Collection[int]) -> dict[int, list[int]]:
    """The teams of agents."""
    found: dict[int, list[int]] = {}
    query = select(TeamAgent).where(TeamAgent.user_id.in_(user_ids)).order_by(TeamAgent.team_id)
    for one in db.session.scalars(query) if user_ids else ():
        found.setdefault(one.user_id, []).append(one.team_id)
    return found


def team(team_id: int) -> Team | None:
    return db.session.get(Team, team_id, populate_existing=True)


def teams() -> Sequence[Team]:
    return db.session.scalars(select(Team).order_by(Team.name)).all()


def hours_of(team_id: int | None) -> Hours:
    """The business hours of a team; without one it is always open."""
    return hours_by_team([team_id])[team_id]


def hours_by_team(team_ids: Collection[int | None]) -> dict[int | None, Hours]:
    """The business hours of teams, in one statement."""
    found: dict[int | None, Hours] = dict.fromkeys(team_ids, hours.ALWAYS)
    wanted = [team_id for team_id in found if team_id is not None]
    query = select(Team).where(Team.id.in_(wanted)).execution_options(populate_existing=True)
    for one in db.session.scalars(query) if wanted else ():
        found[one.id] = hours.parse(one.time_zone, one.week, one.holidays)
    return found


def target_minutes(priority: Priority) -> tuple[int, int]:
    """What is promised: minutes of business time to the first response, and to the resolution."""
    found = db.session.get(TargetTimes, priority)
    return (found.first_response, found.resolution) if found else rules.TARGETS[priority]


def canned_replies() -> Sequence[CannedReply]:
    return db.session.scalars(select(CannedReply).order_by(CannedReply.name)).all()
