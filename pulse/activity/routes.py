"""REST for the feed."""

from apiflask import APIBlueprint

from pulse.activity import queries
from pulse.activity.schemas import ActivityOut, FeedIn
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_moment, encode_cursor
from pulse.core.permissions import Permission
from pulse.workspaces import policy

bp = APIBlueprint("activity", __name__, tag="Activity")


@bp.get("/api/activities/")
@needs(Permission.ACTIVITY_READ)
@bp.input(FeedIn, location="query", arg_name="query")
@bp.output(Page[ActivityOut])
@bp.doc(responses={404: "You are not in this workspace."})
def list_activities(query: FeedIn) -> Page[ActivityOut]:
    """What happened in a workspace, the latest first

    What happens in private channels shows to their members only.
    """
    return _page(query)


@bp.post("/api/activities/")
@needs(Permission.ACTIVITY_READ)
@bp.input(FeedIn, arg_name="body")
@bp.output(Page[ActivityOut])
@bp.doc(responses={404: "You are not in this workspace."})
def read_activities(body: FeedIn) -> Page[ActivityOut]:
    """The same, asked for with a body"""
    return _page(body)


def _page(wanted: FeedIn) -> Page[ActivityOut]:
    viewer_id = identity().user_id
    role = policy.role_in(wanted.workspace_id, viewer_id)
    after = decode_moment(wanted.cursor)
    rows, last = cut(
        queries.feed(wanted.workspace_id, viewer_id, role, after, wanted.limit + 1), wanted.limit
    )
    cursor = encode_cursor(last.Activity.created_at.isoformat(), last.Activity.id) if last else None
    return Page(data=[ActivityOut.of(row) for row in rows], next=cursor)
