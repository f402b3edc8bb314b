"""What goes over the sockets of /support, and of /chat about tickets."""

from typing import Annotated

from pydantic import Field

from pulse.core.schemas import Input, Output
from pulse.support.schemas.agents import AgentOut
from pulse.support.schemas.fields import Id, PersonOut
from pulse.support.schemas.rooms import RoomOut, TicketNoteOut


class SubscribeIn(Input):
    pass


class ViewIn(Input):
    conversation_id: Annotated[
        Id | None, Field(description="The ticket on the screen; null: none. Every minute again.")
    ] = None


class TicketUpdated(Output):
    """A ticket as it is now; `unread_count` is nobody's and 0."""

    ticket: RoomOut


class AgentUpdated(Output):
    """An agent as they are now."""

    agent: AgentOut


class NoteEvent(Output):
    """A private note on a ticket."""

    conversation_id: Annotated[int, Field(examples=[42])]
    note: TicketNoteOut


class TargetEvent(Output):
    """A promised time was missed, or soon will be."""

    conversation_id: Annotated[int, Field(examples=[42])]
    target: Annotated[str, Field(examples=["first_response"])]
    is_warning: Annotated[bool, Field(examples=[True])]


class ViewersEvent(Output):
    """Who at the desk has a ticket on the screen."""

    conversation_id: Annotated[int, Field(examples=[42])]
    viewers: list[PersonOut]


class Resync(Output):
    """This server may have missed something: ask again for what is shown."""
