"""What to do when two transactions want the same unique value."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from pulse.core.errors import Conflict

T = TypeVar("T")


def retry(action: Callable[[], T]) -> T:
    """Run a transaction; again if another one took a unique value in between, which it then sees.

    Raises Conflict if that happens three times.
    """
    for _ in range(3):
        try:
            return action()
        except IntegrityError:
            continue
    raise Conflict("Somebody else did the same at the same moment. Try again.")
