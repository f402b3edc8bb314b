"""People from whom one wants no messages."""

from datetime import datetime

from pulse.accounts.models import User
from pulse.conversations import service
from pulse.conversations.queries import blocks as queries
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas import conversations as s
from pulse.core import clock
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_moment, encode_cursor
from pulse.core.permissions import Permission

USE = Permission.CONVERSATIONS_USE


@bp.get("/api/blocks/")
@needs(USE)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.BlockedOut])
def list_blocks(query: s.ListQuery) -> Page[s.BlockedOut]:
    """Whom you have blocked, the latest first"""
    found = queries.blocked(identity().user_id, decode_moment(query.cursor), query.limit + 1)
    rows, last = cut(found, query.limit)
    data = [_shown(user, at) for user, at in rows]
    return Page(data=data, next=encode_cursor(last[1].isoformat(), last[0].id) if last else None)


@bp.post("/api/blocks/")
@needs(USE)
@bp.input(s.PersonIn, arg_name="body")
@bp.output(s.BlockedOut)
@bp.doc(responses={404: "There is nobody of this name."})
def block(body: s.PersonIn) -> s.BlockedOut:
    """Block the person of exactly this name

    They cannot write to you any more, nor you to them, and neither sees the other's presence by way of the
    direct conversation.
    """
    return _shown(service.block(identity().user_id, body.username), clock.now())


@bp.delete("/api/blocks/<id:user_id>/")
@needs(USE)
@bp.output({}, status_code=204)
def unblock(user_id: int) -> str:
    """Block somebody no longer"""
    service.unblock(identity().user_id, user_id)
    return ""


def _shown(user: User, at: datetime) -> s.BlockedOut:
    return s.BlockedOut(user_id=user.id, username=user.username, full_name=user.full_name, created_at=at)
