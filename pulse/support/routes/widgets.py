"""Widgets, and the door for their visitors."""

from flask import request

from pulse.accounts import tokens
from pulse.accounts.limits import per_address, per_user
from pulse.core.errors import NotFound
from pulse.core.http import client_address, identity, needs
from pulse.core.identity import Identity
from pulse.core.pagination import Page
from pulse.core.permissions import Permission
from pulse.support import answers, queries, service
from pulse.support.queries import Filters
from pulse.support.routes.blueprint import bp
from pulse.support.schemas import widgets as s

MANAGE = Permission.DESK_MANAGE
SHOWN = 20  # tickets that a visitor finds again


@bp.get("/api/widgets/")
@needs(MANAGE)
@bp.output(Page[s.WidgetOut])
def list_widgets() -> Page[s.WidgetOut]:
    """All widgets"""
    return Page(data=[s.WidgetOut.of(widget) for widget in queries.widgets()])


@bp.post("/api/widgets/")
@needs(MANAGE)
@bp.input(s.WidgetIn, arg_name="body")
@bp.output(s.WidgetOut, status_code=201)
def create_widget(body: s.WidgetIn) -> s.WidgetOut:
    """Make a widget"""
    return _shown(service.create_widget(body.name, body.origins, body.team_id))


@bp.patch("/api/widgets/<id:widget_id>/")
@needs(MANAGE)
@bp.input(s.WidgetChangeIn, arg_name="body")
@bp.output(s.WidgetOut)
@bp.doc(responses={404: "There is no such widget."})
def change_widget(widget_id: int, body: s.WidgetChangeIn) -> s.WidgetOut:
    """Change its name, origins or team, or switch it off"""
    service.update_widget(widget_id, body.model_dump(exclude_unset=True))
    return _shown(widget_id)


def _shown(widget_id: int) -> s.WidgetOut:
    found = [widget for widget in queries.widgets() if widget.id == widget_id]
    if not found:
        raise NotFound("There is no such widget.")
    return s.WidgetOut.of(found[0])


@bp.post("/api/widgets/<key>/visit/")
@needs(Permission.PUBLIC)
@per_address("60/minute")
@bp.input(s.ArriveIn, arg_name="body")
@bp.output(s.ArrivedOut)
@bp.doc(responses={404: "There is no such widget.", 403: "The hash does not fit the customer."})
def visit(key: str, body: s.ArriveIn) -> s.ArrivedOut:
    """Come in as a visitor, and again when the access token ends"""
    widget = queries.widget(key)
    if widget is None:
        raise NotFound("There is no such widget.")
    claim = body.customer
    claimed = service.Claimed(claim.id, claim.hash, claim.name, claim.email) if claim else None
    arrived = service.arrive(
        widget,
        body.visitor_token,
        claimed,
        address=client_address(),
        client=request.user_agent.string,
    )
    user = arrived.user
    who = Identity(user.id, arrived.session.id, user.role)
    customer = queries.customers([user.id])[user.id]
    rows = queries.latest(user.id, Filters(customer_id=user.id), None, SHOWN)
    return s.ArrivedOut(
        visitor_token=arrived.visitor_token,
        access_token=tokens.issue(user, arrived.session.id).access,
        user_id=user.id,
        name=user.full_name,
        email=customer.email,
        rooms=answers.rooms(who, rows),
        desk=answers.desk_hours(widget.team_id),
    )


@bp.put("/api/visitor/")
@needs(Permission.DESK_ASK)
@bp.input(s.VisitorIn, arg_name="body")
@bp.output({}, status_code=204)
@bp.doc(responses={404: "You are no visitor of a widget."})
def describe_visitor(body: s.VisitorIn) -> str:
    """Say what one is called and where answers may be mailed"""
    service.describe(identity().user_id, name=body.name, email=body.email)
    return ""


@bp.put("/api/visitor/page/")
@needs(Permission.DESK_ASK)
@per_user("60/minute")
@bp.input(s.PageIn, arg_name="body")
@bp.output({}, status_code=204)
def note_page(body: s.PageIn) -> str:
    """Say which page one is on, for the agents to see"""
    service.note_page(identity().user_id, body.url, body.title)
    return ""
