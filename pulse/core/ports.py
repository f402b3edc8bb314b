"""What lower layers need from higher ones: typed ports, bound in `pulse/wiring.py`."""

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

from sqlalchemy import SelectBase

from pulse.core.estimates import Estimate
from pulse.core.identity import Identity

P = ParamSpec("P")
T = TypeVar("T")


class Port(Generic[P, T]):
    """A function to be named later. Calling it unbound is a fault of the wiring."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._function: Callable[P, T] | None = None

    def bind(self, function: Callable[P, T]) -> None:
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        if self._function is None:
            raise RuntimeError(f"port {self.name} is not bound in wiring.py")
        return self._function(*args, **kwargs)


# The Flask request at hand -> who asks. With False only the token is checked, not that its session lives
# (for the caller that checks this itself in its one round trip). Raises NotSignedIn, Forbidden.
authenticate_request: Port[[bool], Identity] = Port("authenticate_request")

# An access token -> who asks, its session checked. Raises NotSignedIn, Forbidden.
authenticate_token: Port[[str], Identity] = Port("authenticate_token")

# A socket's identity -> the same person as they are now. Raises NotSignedIn, Forbidden.
recheck: Port[[Identity], Identity] = Port("recheck")

# A viewer -> a query of one column, the ids of all with whom they share a workspace or a conversation. The
# viewer's own may be among them, and one may come twice. Sharing is mutual.
sharers: Port[[int], SelectBase] = Port("sharers")

# The address of a support room -> the id of its conversation, or None. Who may see it is asked there.
room_conversation: Port[[str], int | None] = Port("room_conversation")

# A user -> how long others will wait for their reply if they write now; None as long as too little is known.
predict_reply: Port[[int], Estimate | None] = Port("predict_reply")

# An agent or None, a team or None -> the same for a customer at the desk, in business hours.
predict_answer: Port[[int | None, int | None], Estimate | None] = Port("predict_answer")

# A user -> their engagement score of the last seven days, 0 to 100.
engagement: Port[[int], float] = Port("engagement")
