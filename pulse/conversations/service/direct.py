"""Direct conversations and blocks."""

from pulse.accounts.models import User
from pulse.conversations.events import ConversationCreated, PersonBlocked
from pulse.conversations.kinds import Kind
from pulse.conversations.models import Block, Conversation
from pulse.conversations.queries import blocks
from pulse.conversations.queries import conversations as queries
from pulse.conversations.service.members import enter
from pulse.core import clock
from pulse.core.database import insert
from pulse.core.errors import InvalidInput, NotFound
from pulse.core.events import publish, transaction


def open_direct(user_id: int, username: str) -> int:
    """The one direct conversation with the person of exactly this name, made if there is none.

    Somebody who blocked the caller does not exist for a new conversation. Raises NotFound, InvalidInput
    (oneself).
    """
    other = person(user_id, username)
    low, high = sorted((user_id, other.id))
    if found := queries.direct(user_id, other.id):
        return found.id
    if blocks.is_blocked(user_id, other.id):
        raise _nobody()
    now = clock.now()
    with transaction() as session:
        fresh = {
            "kind": Kind.DIRECT,
            "is_private": True,
            "low_id": low,
            "high_id": high,
            "created_by_id": user_id,
            "created_at": now,
            "updated_at": now,
        }
        made = session.scalar(
            insert(session, Conversation)
            .values(**fresh)
            .on_conflict_do_nothing(index_elements=["low_id", "high_id"])
            .returning(Conversation)
        )
        if made is None:  # the other one was faster
            found = queries.direct(user_id, other.id)
            return found.id if found else open_direct(user_id, username)
        publish(ConversationCreated(made.id, user_id))
        enter(made, [low, high], user_id)
        return made.id


def person(user_id: int, username: str) -> User:
    """The other person of this name. Raises NotFound, InvalidInput (oneself)."""
    other = queries.addressable(username)
    if other is None:
        raise _nobody()
    if other.id == user_id:
        raise InvalidInput("That is you.", code="is_self", errors={"username": ["is your own"]})
    return other


def block(user_id: int, username: str) -> User:
    """Want no more messages from somebody. Raises NotFound, InvalidInput (oneself)."""
    other = person(user_id, username)
    with transaction() as session:
        added = session.execute(
            insert(session, Block)
            .values(blocker_id=user_id, blocked_id=other.id, created_at=clock.now())
            .on_conflict_do_nothing()
            .returning(Block.blocked_id)
        ).all()
        if added:
            publish(PersonBlocked(user_id, other.id))
    return other


def unblock(user_id: int, other_id: int) -> None:
    """Take a block back. Raises NotFound if there is none."""
    with transaction() as session:
        found = session.get(Block, (user_id, other_id))
        if found is None:
            raise NotFound("You have not blocked them.")
        session.delete(found)
        publish(PersonBlocked(user_id, other_id))


def _nobody() -> NotFound:
    return NotFound("There is nobody of this name.", code="not_found")
