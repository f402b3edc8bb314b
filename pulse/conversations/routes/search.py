"""Search in messages."""

from pulse.accounts.limits import per_user
from pulse.conversations.queries import messages
from pulse.conversations.queries.search import Wanted, search
from pulse.conversations.routes.blueprint import bp
from pulse.conversations.schemas.search import HitOut, SearchQuery
from pulse.core.errors import InvalidInput
from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_cursor, encode_cursor
from pulse.core.permissions import Permission


@bp.get("/api/search/")
@needs(Permission.CONVERSATIONS_USE)
@per_user("240/minute")
@bp.input(SearchQuery, location="query", arg_name="query")
@bp.output(Page[HitOut])
def search_messages(query: SearchQuery) -> Page[HitOut]:
    """Find messages that you may see, the newest first

    Name words, a conversation, a workspace, a sender or a time; what is named must all be true.
    """
    wanted = query.wanted
    if query.q is None and wanted == Wanted(terms=[]):
        raise InvalidInput("Say what to look for.", errors={"q": ["say what to look for"]})
    if query.q is not None and not wanted.terms:
        return Page(data=[])  # nothing but punctuation, which no message is found by
    before = decode_cursor(query.cursor, int)
    found = search(identity().user_id, wanted, before[0] if before else None, query.limit + 1)
    rows, last = cut(found, query.limit)
    data = [HitOut.found(view, [*wanted.terms]) for view in messages.views(rows)]
    return Page(data=data, next=encode_cursor(last.id) if last else None)
