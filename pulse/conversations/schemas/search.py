"""Wire formats of search."""

from typing import Annotated

from pydantic import Field

from pulse.conversations.kinds import Kind
from pulse.conversations.queries.messages import MessageView
from pulse.conversations.queries.search import Wanted
from pulse.conversations.rules import BODY_MAX
from pulse.conversations.schemas.fields import Id, Username
from pulse.conversations.schemas.messages import MessageOut
from pulse.conversations.words import Term, snippet, terms
from pulse.core.pagination import PageQuery
from pulse.core.schemas import AwareMoment, Input


class SearchQuery(PageQuery, Input):
    """What is looked for. Without `q`: all messages that the rest describes."""

    q: Annotated[
        str | None,
        Field(
            max_length=BODY_MAX,
            description='Words that all occur, the last one perhaps unfinished; `"a phrase"` in quotes.',
            examples=['"release notes" draf'],
        ),
    ] = None
    conversation_id: Id | None = None
    workspace_id: Id | None = None
    sender: Annotated[Username | None, Field(description="The username of who wrote it.")] = None
    after: Annotated[AwareMoment | None, Field(description="Written then or later.")] = None
    before: Annotated[AwareMoment | None, Field(description="Written earlier.")] = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            terms=terms(self.q or ""),
            conversation_id=self.conversation_id,
            workspace_id=self.workspace_id,
            sender=self.sender,
            after=self.after,
            before=self.before,
        )


class HitOut(MessageOut):
    """A message that was found, and where it is."""

    conversation_kind: Kind
    conversation_name: Annotated[str, Field(description="Empty for a direct one.", examples=["general"])]
    workspace_id: Annotated[int | None, Field(examples=[3])]
    snippet: Annotated[
        str,
        Field(
            description="HTML: the text around the first hit, each hit in `<mark>`, all else escaped.",
            examples=["Here is the <mark>draft</mark> of it"],
        ),
    ]

    @classmethod
    def found(cls, view: MessageView, looked_for: list[Term]) -> "HitOut":
        return cls(
            **MessageOut.of(view).model_dump(),
            conversation_kind=Kind(view.conversation.kind),
            conversation_name=view.conversation.name,
            workspace_id=view.conversation.workspace_id,
            snippet=str(snippet(view.message.body, looked_for)),
        )
