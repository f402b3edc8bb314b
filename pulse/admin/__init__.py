"""The admin pages: Flask-Admin's tables at /admin and the live status board at /dashboard.

Nobody edits rows here. What admins do goes through the services of `accounts`, which check it and write
the audit log. The pages need `Permission.USERS_MANAGE`; each view function says so in `.permission`.
"""

from typing import Any

from flask import Flask, Response, request
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from pulse.admin import board, desk, hooks
from pulse.admin.pages import Devices, FailedJobs, FirstPage
from pulse.admin.views import tables
from pulse.core.http import needs
from pulse.core.permissions import Permission


def init_app(app: Flask) -> None:
    """Register the admin pages and the status board."""
    app.register_blueprint(board.bp)
    admin = Admin(
        app,
        name="Pulse",
        index_view=FirstPage(name="Overview", endpoint="admin", url="/admin"),
        theme=Bootstrap4Theme(base_template="admin/frame.html"),
    )
    users, sessions, history, audit, waiting, *talks = tables()
    devices = Devices(name="Devices", endpoint="admin_devices", url="/admin/devices")
    failed = FailedJobs(name="Failed jobs", endpoint="admin_failed_jobs", url="/admin/failed-jobs")
    admin.add_views(users, sessions, devices, history, *talks, *desk.tables())
    admin.add_views(*hooks.tables(), audit, waiting, failed)
    _guard(app, {view.endpoint for view in admin._views})
    app.after_request(_keep_private)


def _keep_private(response: Response) -> Response:
    """No cache keeps what these pages show."""
    if (request.blueprint or "").startswith(("admin", board.bp.name)):
        response.headers["Cache-Control"] = "no-store"
    return response


def _guard(app: Flask, blueprints: set[str]) -> None:
    """Put the permission check before every view function of Flask-Admin."""
    views: dict[str, Any] = app.view_functions
    for endpoint in [endpoint for endpoint in views if endpoint.partition(".")[0] in blueprints]:
        views[endpoint] = needs(Permission.USERS_MANAGE)(views[endpoint])
