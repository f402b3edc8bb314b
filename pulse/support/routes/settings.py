"""Teams, canned replies, promised times."""

from pulse.core import clock
from pulse.core.errors import NotFound
from pulse.core.http import identity, needs
from pulse.core.pagination import Page
from pulse.core.permissions import Permission
from pulse.support import hours, queries, service
from pulse.support.models import Team
from pulse.support.routes.blueprint import bp
from pulse.support.rules import Priority
from pulse.support.schemas import agents as s

WORK, MANAGE = Permission.DESK_WORK, Permission.DESK_MANAGE
TAKEN = {409: "The name is taken."}


@bp.get("/api/teams/")
@needs(WORK)
@bp.output(Page[s.TeamOut])
def list_teams() -> Page[s.TeamOut]:
    """All teams, by name"""
    return Page(data=[_team(team) for team in queries.teams()])


@bp.post("/api/teams/")
@needs(MANAGE)
@bp.input(s.TeamIn, arg_name="body")
@bp.output(s.TeamOut, status_code=201)
@bp.doc(responses=TAKEN)
def create_team(body: s.TeamIn) -> s.TeamOut:
    """Make a team"""
    return _shown(service.create_team(body.name, body.time_zone, body.week, body.holidays))


@bp.patch("/api/teams/<id:team_id>/")
@needs(MANAGE)
@bp.input(s.TeamChangeIn, arg_name="body")
@bp.output(s.TeamOut)
@bp.doc(responses={404: "There is no such team.", **TAKEN})
def change_team(team_id: int, body: s.TeamChangeIn) -> s.TeamOut:
    """Change its name or hours"""
    service.update_team(team_id, body.model_dump(exclude_unset=True))
    return _shown(team_id)


@bp.delete("/api/teams/<id:team_id>/")
@needs(MANAGE)
@bp.output({}, status_code=204)
@bp.doc(responses={404: "There is no such team."})
def delete_team(team_id: int) -> str:
    """Delete it; its tickets are everybody's then"""
    service.delete_team(team_id)
    return ""


def _shown(team_id: int) -> s.TeamOut:
    team = queries.team(team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return _team(team)


def _team(team: Team) -> s.TeamOut:
    found = hours.parse(team.time_zone, team.week, team.holidays)
    return s.TeamOut.of(team, is_open=hours.is_open(found, clock.now()))


@bp.get("/api/canned-replies/")
@needs(WORK)
@bp.output(Page[s.ReplyOut])
def list_replies() -> Page[s.ReplyOut]:
    """All canned replies, by name"""
    return Page(data=[s.ReplyOut.of(reply) for reply in queries.canned_replies()])


@bp.post("/api/canned-replies/")
@needs(WORK)
@bp.input(s.ReplyIn, arg_name="body")
@bp.output(s.ReplyOut, status_code=201)
@bp.doc(responses=TAKEN)
def create_reply(body: s.ReplyIn) -> s.ReplyOut:
    """Keep a text under a name"""
    return _reply(service.create_reply(identity().user_id, body.name, body.body))


@bp.patch("/api/canned-replies/<id:reply_id>/")
@needs(WORK)
@bp.input(s.ReplyChangeIn, arg_name="body")
@bp.output(s.ReplyOut)
@bp.doc(responses={404: "There is no such reply.", **TAKEN})
def change_reply(reply_id: int, body: s.ReplyChangeIn) -> s.ReplyOut:
    """Change its name or text"""
    service.update_reply(reply_id, body.model_dump(exclude_unset=True))
    return _reply(reply_id)


@bp.delete("/api/canned-replies/<id:reply_id>/")
@needs(WORK)
@bp.output({}, status_code=204)
@bp.doc(responses={404: "There is no such reply."})
def delete_reply(reply_id: int) -> str:
    """Delete it"""
    service.delete_reply(reply_id)
    return ""


def _reply(reply_id: int) -> s.ReplyOut:
    found = [reply for reply in queries.canned_replies() if reply.id == reply_id]
    if not found:
        raise NotFound("There is no such reply.")
    return s.ReplyOut.of(found[0])


@bp.get("/api/desk/targets/")
@needs(WORK)
@bp.output(Page[s.TargetsOut])
def list_targets() -> Page[s.TargetsOut]:
    """What is promised for each priority"""
    return Page(data=[s.TargetsOut.of(priority, queries.target_minutes(priority)) for priority in Priority])


@bp.put("/api/desk/targets/<priority>/")
@needs(MANAGE)
@bp.input(s.TargetsIn, arg_name="body")
@bp.output(s.TargetsOut)
@bp.doc(responses={404: "There is no such priority."})
def set_targets(priority: str, body: s.TargetsIn) -> s.TargetsOut:
    """Promise other times for tickets that come from now on"""
    try:
        named = Priority(priority)
    except ValueError:
        raise NotFound("There is no such priority.") from None
    service.set_target_times(named, body.first_response, body.resolution)
    return s.TargetsOut.of(named, queries.target_minutes(named))
