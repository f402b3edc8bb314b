"""The status board: one thin page; its data comes from the REST API and the sockets."""

from flask import Blueprint, render_template

from pulse.accounts.rules import AccountStatus
from pulse.core.context import settings
from pulse.core.http import needs
from pulse.core.permissions import Permission, Role
from pulse.presence.rules import Status

bp = Blueprint("board", __name__)


@bp.get("/dashboard")
@needs(Permission.BOARD_READ)
def dashboard() -> str:
    """Who is online, away, busy, offline."""
    return render_template(
        "dashboard.html",
        section="dashboard",
        refresh_seconds=settings().admin_refresh_seconds,
        statuses=list(Status),
        account_statuses=list(AccountStatus),
        roles=list(Role),
    )
