"""The pages of people: signing in, who is here, profile, the desk. In development also the local mailbox."""

import re
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from pulse.accounts.models import User
from pulse.core import ports
from pulse.core.context import settings
from pulse.core.errors import NotFound, PulseError
from pulse.core.http import client_address, identity, needs
from pulse.core.identity import Identity
from pulse.core.permissions import Permission
from pulse.extensions import db
from pulse.web.mailbox import read_mails
from pulse.webhooks.rules import EVENTS
from pulse.workspaces.policy import role_in

bp = Blueprint("web", __name__)

HOME = "/app"
# What a browser takes for a path of this site: "//host" and "/\host" lead elsewhere.
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


@bp.app_context_processor
def _viewer() -> dict[str, Any]:
    """`user` for the frame of every page: who is signed in, or none."""
    who: Identity | None = g.get("identity")
    try:
        return {"user": db.session.get(User, who.user_id) if who else None}
    except SQLAlchemyError:  # the error page must not need the database
        return {"user": None}


@bp.after_request
def _keep_private(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def for_strangers(view: Callable[[], str]) -> Callable[[], str | BaseResponse]:
    """A public page that whoever is signed in needs not see: they go on to where it leads."""

    @needs(Permission.PUBLIC)
    @wraps(view)
    def page() -> str | BaseResponse:
        return redirect(next_path()) if signed_in() else view()

    return page


def signed_in() -> Identity | None:
    """Who sends this request, if it is somebody who may use Pulse."""
    try:
        return ports.authenticate_request(True)
    except PulseError:
        return None


def next_path() -> str:
    """Where to go after signing in: `next` of the query if it is a path of this site."""
    wanted = request.args.get("next", "")
    return wanted if LOCAL_PATH.fullmatch(wanted) else HOME


@bp.get("/")
@needs(Permission.PUBLIC)
def home() -> BaseResponse:
    return redirect(HOME if signed_in() else "/sign-in")


@bp.get("/sign-in")
@for_strangers
def sign_in() -> str:
    return render_template("sign_in.html", next=next_path(), **_hints())


@bp.get("/sign-in/code")
@for_strangers
def sign_in_code() -> str:
    return render_template("sign_in_code.html", next=next_path(), **_hints())


@bp.get("/sign-in/password")
@needs(Permission.PUBLIC)
def new_password() -> str:
    """For whoever forgot the password or has none, also while signed in.

    The frame is a stranger's: a live page would take the end of its session for a sign-out.
    """
    who = signed_in()
    email = db.session.get_one(User, who.user_id).email if who else ""
    return render_template("sign_in_code.html", next=next_path(), is_reset=True, email=email, **_hints())


@bp.get("/register")
@for_strangers
def register() -> str:
    return render_template("register.html", **_hints())


@bp.get("/invitations/<token>")
@needs(Permission.WORKSPACES_USE)
def invitation(token: str) -> str:
    return render_template("invitation.html", token=token)


@bp.get("/app")
@bp.get("/app/<id:conversation_id>")
@needs(Permission.CONVERSATIONS_USE)
def app(conversation_id: int | None = None) -> str:
    """All conversations; which one is open, the page itself reads from its address."""
    return render_template("app.html", section="chat", upload_max_bytes=settings().upload_max_bytes)


@bp.get("/agent")
@bp.get("/agent/<id:conversation_id>")
@needs(Permission.DESK_WORK)
def agent(conversation_id: int | None = None) -> str:
    """The desk: tickets, and the one that the address names."""
    return render_template("agent/desk.html", section="desk", upload_max_bytes=settings().upload_max_bytes)


@bp.get("/agent/team")
@needs(Permission.DESK_WORK)
def agent_team() -> str:
    """How the desk does, and each of its agents."""
    return render_template("agent/team.html", section="desk", place="team")


@bp.get("/agent/settings")
@needs(Permission.DESK_WORK)
def agent_settings() -> str:
    """Canned replies; for admins also teams, promised times and widgets."""
    is_admin = identity().may(Permission.DESK_MANAGE)
    return render_template("agent/settings.html", section="desk", place="settings", is_admin=is_admin)


@bp.get("/workspaces")
@needs(Permission.WORKSPACES_USE)
def workspaces() -> str:
    return render_template("workspaces.html", section="workspaces")


@bp.get("/workspaces/<id:workspace_id>")
@needs(Permission.WORKSPACES_USE)
def workspace(workspace_id: int) -> str:
    """One workspace: name, people, invitations, what happened. To whoever is not in it, it does not exist."""
    role = role_in(workspace_id, identity().user_id)
    return render_template("workspace.html", section="workspaces", workspace_id=workspace_id, role=role)


@bp.get("/people")
@needs(Permission.USERS_READ)
def people() -> str:
    return render_template("people.html", section="people")


@bp.get("/profile")
@needs(Permission.ACCOUNT_SELF)
def profile() -> str:
    return render_template(
        "profile.html",
        section="profile",
        offline_after=settings().presence_offline_after,
        upload_max_bytes=settings().upload_max_bytes,
    )


@bp.get("/integrations")
@needs(Permission.WEBHOOKS_USE)
def integrations() -> str:
    """One's webhooks. (`/webhooks/` is the API's.)"""
    return render_template("webhooks.html", section="workspaces", events=EVENTS, is_admin=identity().is_admin)


@bp.get("/mailbox")
@needs(Permission.PUBLIC)
def mailbox() -> str:
    """Mail that this server sent, for whoever develops on this machine."""
    if not has_mailbox():
        raise NotFound("There is no such page.")
    return render_template("mailbox.html", mails=read_mails(settings().mailbox_path))


def has_mailbox() -> bool:
    """Whether sent mail may be shown: a local mailbox outside production, asked for from this machine."""
    is_local = ip_address(client_address() or "::").is_loopback
    return bool(settings().mailbox_path) and settings().pulse_env != "production" and is_local


def _hints() -> dict[str, Any]:
    return {"has_mailbox": has_mailbox()}
