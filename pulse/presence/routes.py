"""REST for presence."""

from typing import Any

import structlog
from apiflask import APIBlueprint
from flask import Response, g, request

from pulse.accounts import policy as accounts_policy
from pulse.accounts.models import User
from pulse.accounts.rules import clean_device_id
from pulse.core import ports
from pulse.core.errors import REDIS_IS_AWAY, Forbidden, NotFound, PulseError
from pulse.core.estimates import EstimateOut
from pulse.core.http import SAFE_METHODS, identity, needs
from pulse.core.identity import Identity
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission
from pulse.extensions import db
from pulse.presence import policy, queries, rules, service
from pulse.presence import schemas as s
from pulse.presence.view import View

log = structlog.get_logger(__name__)
bp = APIBlueprint("presence", __name__, tag="Presence")
EXPECTED: tuple[type[Exception], ...] = (PulseError, *REDIS_IS_AWAY)
TOO_MANY_DEVICES = "Too many devices of yours are alive."


@bp.get("/api/users/")
@needs(Permission.USERS_READ)
@bp.input(s.PeopleQuery, location="query", arg_name="query")
@bp.output(Page[s.PresenceOut])
def list_people(query: s.PeopleQuery) -> dict[str, Any]:
    """People and their presence

    Active accounts whose presence you may see, by username.
    """
    who = identity()
    if query.username:
        accounts_policy.check_is_self(db.session.get_one(User, who.user_id), query.username)
    place: Any = decode_cursor(query.cursor, str, int)
    page, last = cut(queries.people(who, query.q, place, query.limit + 1), query.limit)
    views = queries.views([row.id for row in page])
    visible = policy.visible(who, {key: view.state for key, view in views.items()})  # or was when it was read
    return {
        "data": [policy.shown(who, views[row.id]) for row in page if row.id in visible],
        "next": encode_cursor(last.name, last.id) if last else None,
    }


@bp.get("/api/users/all-users/")
@needs(Permission.BOARD_READ)
@bp.input(s.BoardQuery, location="query", arg_name="query")
@bp.output(s.BoardOut)
def list_board(query: s.BoardQuery) -> dict[str, Any]:
    """The status board

    Every user with presence, devices and account status. Filters and order go by what was recorded last, at
    most a few seconds ago; the presence itself is computed now.
    """
    rows = queries.board(
        search=query.q,
        status=query.status,
        account_status=query.account_status,
        role=query.role,
        sort=query.sort,
        descending=query.order == "desc",
        after=queries.board_place(query.sort, decode_cursor(query.cursor, str, int)),
        limit=query.limit + 1,
    )
    page, last = cut(rows, query.limit)
    views = queries.views([row.id for row in page])
    return {
        "data": [views[row.id].full() for row in page if row.id in views],
        "next": encode_cursor(queries.board_key(last.key), last.id) if last else None,
        "counts": queries.counts(),
    }


@bp.post("/api/users/heartbeat/")
@needs(Permission.PRESENCE_SELF, check_session=False)
@bp.input(s.HeartbeatIn, location="json", arg_name="body")
@bp.output(s.HeartbeatOut)
@bp.doc(responses={409: TOO_MANY_DEVICES, 429: "Too many heartbeats in a minute."})
def heartbeat(body: s.HeartbeatIn) -> dict[str, Any]:
    """Say that a device lives

    Every 30 seconds. The session is checked in the same step.
    """
    g.is_counted = True
    return service.heartbeat(identity(), body.beat(_named_device())).heartbeat()


@bp.post("/api/users/update_status/")
@needs(Permission.PRESENCE_SELF)
@bp.input(s.ChoiceIn, location="json", arg_name="body")
@bp.output(s.PresenceOut)
@bp.doc(responses={409: TOO_MANY_DEVICES})
def update_status(body: s.ChoiceIn) -> dict[str, Any]:
    """Set your own choice and status text"""
    return _set_presence(body)


@bp.get("/api/users/<id:user_id>/presence/")
@bp.get("/users/<id:user_id>/presence/")
@needs(Permission.PRESENCE_READ)
@bp.output(s.PersonPresenceOut)
def get_presence(user_id: int) -> dict[str, Any]:
    """A user's presence"""
    view = _visible_view(user_id)
    seen = policy.shown(identity(), view)
    if not policy.may_see_past(identity(), view):
        return seen
    predicted = ports.predict_reply(user_id)
    return seen | {
        "predicted_response_time": predicted.median if predicted else None,
        "predicted_response": EstimateOut.of(predicted),
        "engagement_score": ports.engagement(user_id),
    }


@bp.put("/api/users/<id:user_id>/presence/")
@bp.put("/users/<id:user_id>/presence/")
@needs(Permission.PRESENCE_SELF)
@bp.input(s.ChoiceIn, location="json", arg_name="body")
@bp.output(s.PresenceOut)
@bp.doc(responses={409: TOO_MANY_DEVICES})
def put_presence(user_id: int, body: s.ChoiceIn) -> dict[str, Any]:
    """Set your own presence"""
    if user_id != identity().user_id:
        _visible_view(user_id)  # whom you may not see is not found
        raise Forbidden("You can set your own presence only.")
    return _set_presence(body)


@bp.get("/api/users/<id:user_id>/presence/history/")
@needs(Permission.PRESENCE_SELF)
@bp.input(s.HistoryQuery, location="query", arg_name="query")
@bp.output(Page[s.StatusChangeOut])
def list_history(user_id: int, query: s.HistoryQuery) -> dict[str, Any]:
    """How a presence changed, newest first (your own; admins: anybody's)"""
    _visible_in_full(user_id)
    before = decode_cursor(query.cursor, int, int)
    rows = queries.history(user_id, query.from_, query.to, before, query.limit + 1)
    page, last = cut(rows, query.limit)
    return {"data": page, "next": encode_cursor(last.epoch, last.version) if last else None}


@bp.get("/api/users/<id:user_id>/presence/explanation/")
@needs(Permission.PRESENCE_SELF)
@bp.output(s.ExplanationOut)
def explain(user_id: int) -> dict[str, Any]:
    """Why a user is shown as they are (yourself; admins: anybody)"""
    view = _visible_in_full(user_id)
    state = view.state
    lines = rules.explain(view.verdict, state.facts, state.limits, view.now)
    return view.full() | {"explanation": lines}


@bp.get("/api/users/watches/")
@needs(Permission.PRESENCE_READ)
@bp.output(s.WatchesOut)
def list_watches() -> dict[str, Any]:
    """For whom you wait to come online"""
    return {"user_ids": queries.watched(identity().user_id)}


@bp.get("/api/users/<id:user_id>/watch/")
@needs(Permission.PRESENCE_READ)
@bp.output(s.WatchOut)
def get_watch(user_id: int) -> dict[str, Any]:
    """Whether you wait for a user to come online"""
    _visible_view(user_id)
    return {"user_id": user_id, "watching": queries.is_watching(identity().user_id, user_id)}


@bp.put("/api/users/<id:user_id>/watch/")
@needs(Permission.PRESENCE_READ)
@bp.output(s.WatchOut)
@bp.doc(responses={409: "They are online already, or it is you."})
def put_watch(user_id: int) -> dict[str, Any]:
    """Be told, once, when a user comes online (`came_online` on /presence)"""
    service.watch(identity(), user_id)
    return {"user_id": user_id, "watching": True}


@bp.delete("/api/users/<id:user_id>/watch/")
@needs(Permission.PRESENCE_READ)
@bp.output(s.WatchOut)
def delete_watch(user_id: int) -> dict[str, Any]:
    """Wait no longer, or say that you know"""
    service.unwatch(identity(), user_id)
    return {"user_id": user_id, "watching": False}


@bp.after_app_request
def count_as_input(response: Response) -> Response:
    """Unsafe requests are input of whoever makes them; a failure here never fails the request."""
    who: Identity | None = g.get("identity")
    if who and request.method not in SAFE_METHODS and response.status_code < 400 and not g.get("is_counted"):
        try:
            service.count_input(who, service.Beat(device_id=_named_device()))
        except EXPECTED as error:
            log.debug("request not counted as input", error=str(error))
        except Exception:
            log.exception("request not counted as input")
    return response


def _set_presence(body: s.ChoiceIn) -> dict[str, Any]:
    g.is_counted = body.device_id is not None  # as input of the device that the body names
    return service.set_presence(identity(), body.change).full()


def _named_device() -> str:
    return clean_device_id(request.headers.get("X-Device-Id")) or ""


def _visible_view(user_id: int) -> View:
    views = queries.views([user_id])
    if user_id not in policy.visible(identity(), {key: view.state for key, view in views.items()}):
        raise NotFound("There is no such user.")
    return views[user_id]


def _visible_in_full(user_id: int) -> View:
    if not policy.may_see_all_of(identity(), user_id):
        raise NotFound("There is no such user.")
    views = queries.views([user_id])
    if user_id not in views:
        raise NotFound("There is no such user.")
    return views[user_id]
