"""What Redis knows of webhooks: which endpoint has a job, and which is left alone for a while.

Lost, it costs a job too many; who delivers what is decided in SQL.
"""

from pulse.extensions import store
from pulse.webhooks.rules import LEASE

TURN, REST = "pulse:w:turn:{}", "pulse:w:rest:{}"
TURN_LASTS = int(LEASE.total_seconds())


def ask_turn(endpoint_id: int) -> bool:
    """Whether an endpoint has no job now and may have one: then the caller enqueues it."""
    if store.client.exists(REST.format(endpoint_id)):
        return False
    return bool(store.client.set(TURN.format(endpoint_id), 1, nx=True, ex=TURN_LASTS))


def keep_turn(endpoint_id: int) -> None:
    """The job begins, or goes on; one that was killed is missed no longer than a claim of its."""
    store.client.set(TURN.format(endpoint_id), 1, ex=TURN_LASTS)


def end_turn(endpoint_id: int, rest: float) -> None:
    """The job has ended; for `rest` seconds there is no other one."""
    if rest > 0:
        store.client.set(REST.format(endpoint_id), 1, px=int(rest * 1000) + 1)
    store.client.delete(TURN.format(endpoint_id))


def end_rest(endpoint_id: int) -> None:
    """Somebody wants to see now whether it works."""
    store.client.delete(REST.format(endpoint_id))
