"""The widget for other people's pages: its loader, the page in its frame, and a page to try it on."""

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
    send_from_directory,
)

from pulse.core.context import settings
from pulse.core.errors import NotFound
from pulse.core.http import needs, policy_in_frames_of
from pulse.core.permissions import Permission
from pulse.support import queries

bp = Blueprint("widget", __name__)

LANGUAGES = ("en", "de")
LOADER_LASTS = 300  # seconds in caches


@bp.get("/widget.js")
@needs(Permission.PUBLIC)
def loader() -> Response:
    """What a page loads: a button, and the frame behind it. Any page may, the frame decides whose shows."""
    folder = f"{current_app.static_folder}/vendor"
    answer = send_from_directory(folder, "widget-loader.js", max_age=LOADER_LASTS)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@bp.get("/widget/<key>/")
@needs(Permission.PUBLIC)
def frame(key: str) -> Response:
    """The page in the frame: browsers show it on pages of the widget's origins and of this site only."""
    widget = queries.widget(key)
    if widget is None:
        raise NotFound("There is no such widget.")
    language = request.args.get("language", "")
    page = render_template(
        "widget.html",
        key=key,
        origins=widget.origins,
        language=language if language in LANGUAGES else LANGUAGES[0],
        upload_max_bytes=settings().upload_max_bytes,
        heartbeat_seconds=settings().presence_heartbeat_seconds,
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = policy_in_frames_of(["'self'", *widget.origins])
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/demo")
@needs(Permission.PUBLIC)
def demo() -> str:
    """Somebody's own page with the first widget on it, outside production."""
    widgets = [widget for widget in queries.widgets() if widget.is_enabled]
    if settings().pulse_env == "production" or not widgets:
        raise NotFound("There is no such page.")
    return render_template("demo.html", key=widgets[0].key)
