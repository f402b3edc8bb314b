"""One's own sessions: see them, end them."""

from flask import Response, after_this_request

from pulse.accounts import queries, service, tokens
from pulse.accounts.routes.blueprint import bp
from pulse.accounts.schemas import EndedOut, SessionOut
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, PageQuery, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission


@bp.get("/api/sessions/")
@needs(Permission.ACCOUNT_SELF)
@bp.input(PageQuery, location="query", arg_name="query")
@bp.output(Page[SessionOut])
def sessions(query: PageQuery) -> Page[SessionOut]:
    """Where one is signed in, newest first."""
    me, key = identity(), decode_cursor(query.cursor, int)
    rows = queries.live_sessions(me.user_id, limit=query.limit + 1, before_id=key[0] if key else None)
    page, last = cut(rows, query.limit)
    return Page[SessionOut](
        data=[SessionOut.of(row, me.session_id) for row in page],
        next=encode_cursor(last.id) if last else None,
    )


@bp.delete("/api/sessions/<id:session_id>/")
@needs(Permission.ACCOUNT_SELF)
@bp.output({}, 204)
def end_session(session_id: int) -> Response:
    """End one of one's sessions, with its live connections."""
    me = identity()
    service.end_session(me.user_id, session_id)
    if session_id == me.session_id:
        after_this_request(tokens.clear_cookies)
    return Response(status=204)


@bp.post("/api/sessions/end-others/")
@needs(Permission.ACCOUNT_SELF)
@bp.output(EndedOut)
def end_other_sessions() -> EndedOut:
    """End all of one's sessions but this one."""
    me = identity()
    ended = service.end_sessions(me.user_id, "revoked", keep=me.session_id)
    return EndedOut(message="All other sessions have ended.", ended=len(ended))
