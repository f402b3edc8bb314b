"""Agents, and how the desk does."""

from apiflask.schemas import FileSchema
from flask import Response

from pulse.core.errors import Forbidden
from pulse.core.http import identity, needs
from pulse.core.pagination import Page
from pulse.core.permissions import Permission
from pulse.core.tables import csv_file
from pulse.presence.rules import Status
from pulse.support import answers, queries, service
from pulse.support.routes.blueprint import bp
from pulse.support.schemas import agents as s

WORK = Permission.DESK_WORK
TAGS_AT_MOST = 200
AGENT_COLUMNS = (
    *("username", "load", "capacity", "unanswered", "resolved", "rating", "ratings"),
    "median_response_seconds",
)
MISSING = {404: "There is no such agent."}


@bp.get("/api/agents/")
@needs(WORK)
@bp.output(Page[s.AgentOut])
def list_agents() -> Page[s.AgentOut]:
    """Everybody who answers customers, by username"""
    return Page(data=answers.agents(queries.agents()))


@bp.get("/api/agents/available/")
@needs(WORK)
@bp.output(Page[s.AgentOut])
def list_available_agents() -> Page[s.AgentOut]:
    """Those who are available, online and under capacity"""
    found = answers.agents(queries.agents(is_available=True))
    return Page(data=[one for one in found if one.presence == Status.ONLINE and one.load < one.capacity])


@bp.post("/api/agents/<id:agent_id>/toggle_availability/")
@needs(WORK)
@bp.input(s.AvailabilityIn, arg_name="body")
@bp.output(s.AgentOut)
@bp.doc(responses=MISSING)
def toggle_availability(agent_id: int, body: s.AvailabilityIn) -> s.AgentOut:
    """Take new tickets, or none: oneself; admins anybody"""
    who = identity()
    if agent_id != who.user_id and not who.may(Permission.DESK_MANAGE):
        raise Forbidden("Only they themselves and admins do this.")
    service.set_availability(agent_id, body.is_available)
    return answers.agent(agent_id)


@bp.patch("/api/agents/<id:agent_id>/")
@needs(Permission.DESK_MANAGE)
@bp.input(s.AgentChangeIn, arg_name="body")
@bp.output(s.AgentOut)
@bp.doc(responses=MISSING)
def change_agent(agent_id: int, body: s.AgentChangeIn) -> s.AgentOut:
    """Set capacity, skills or teams"""
    service.set_agent(agent_id, body.model_dump(exclude_unset=True))
    return answers.agent(agent_id)


@bp.get("/api/desk/figures/")
@needs(WORK)
@bp.input(s.FiguresQuery, location="query", arg_name="query")
@bp.output(s.DeskFiguresOut)
def desk_figures(query: s.FiguresQuery) -> s.DeskFiguresOut:
    """What waits, and what was done within the last days, by the desk and by each agent"""
    return answers.figures(query.days, query.team_id)


@bp.get("/api/desk/figures/csv/")
@needs(WORK)
@bp.input(s.FiguresQuery, location="query", arg_name="query")
@bp.output(FileSchema(), content_type="text/csv", description="A line for each day.")
def desk_figures_csv(query: s.FiguresQuery) -> Response:
    """The days of these figures as a table"""
    days = answers.figures(query.days, query.team_id).by_day
    return csv_file("desk.csv", list(s.DeskDayOut.model_fields), (list(vars(day).values()) for day in days))


@bp.get("/api/desk/figures/agents/csv/")
@needs(WORK)
@bp.input(s.FiguresQuery, location="query", arg_name="query")
@bp.output(FileSchema(), content_type="text/csv", description="A line for each agent.")
def agent_figures_csv(query: s.FiguresQuery) -> Response:
    """The agents of these figures as a table"""
    rows = (
        [
            *(one.username, one.load, one.capacity, one.unanswered, one.resolved, one.rating, one.ratings),
            one.response.median_seconds if one.response else None,
        ]
        for one in answers.figures(query.days, query.team_id).agents
    )
    return csv_file("agents.csv", AGENT_COLUMNS, rows)


@bp.get("/api/desk/counts/")
@needs(WORK)
@bp.output(s.CountsOut)
def desk_counts() -> s.CountsOut:
    """How many tickets there are to look at"""
    waiting, mine, open_ones = queries.counts(identity().user_id)
    return s.CountsOut(waiting=waiting, mine=mine, open=open_ones)


@bp.get("/api/desk/tags/")
@needs(WORK)
@bp.output(s.TagsOut)
def list_tags() -> s.TagsOut:
    """The tags in use, those used most first"""
    return s.TagsOut(tags=list(queries.tags_used(TAGS_AT_MOST)))
