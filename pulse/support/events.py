"""What happens at the desk."""

from dataclasses import dataclass

MESSAGE = "message"  # among the changes of a ticket: somebody said something


@dataclass(frozen=True)
class TicketChanged:
    """Something that the desk or the customer sees of a ticket is different: `changes` names the fields."""

    conversation_id: int
    actor_id: int | None
    changes: list[str]


@dataclass(frozen=True)
class NoteAdded:
    conversation_id: int
    note_id: int


@dataclass(frozen=True)
class QueueMoved:
    """A ticket came into the queue or left it, or an agent has room: it is time to look who can be helped."""


@dataclass(frozen=True)
class AgentChanged:
    """Availability, capacity, skills, teams or load of an agent."""

    user_id: int


@dataclass(frozen=True)
class TargetMissed:
    """A promised time has passed (`is_warning`: soon will)."""

    conversation_id: int
    target: str
    is_warning: bool


@dataclass(frozen=True)
class TranscriptAsked:
    conversation_id: int
    email: str
