"""What Redis knows of the desk: calls of the router, places that were told, who looks at which ticket."""

from pulse.core.screens import Screens
from pulse.extensions import store

ROUTE_ASKED, PLACES = "pulse:s:route", "pulse:s:places"
ASKED_LASTS = 30  # seconds; the next tick routes anyway
SCREENS = Screens("pulse:s:views")  # tickets, at the desk


def ask_route() -> bool:
    """Whether nobody has called the router since it began last: then the caller enqueues it."""
    return bool(store.client.set(ROUTE_ASKED, 1, nx=True, ex=ASKED_LASTS))


def begin_route() -> None:
    """The router begins: what changes from now on must call it again."""
    store.client.delete(ROUTE_ASKED)


def moved(places: dict[int, str], limit: int) -> list[int]:
    """Of tickets in the order of the queue those whose place is not the one told last; from now on it is.

    Those beyond `limit` come with the next call.
    """
    told = {int(key): place for key, place in store.client.hgetall(PLACES).items()}
    pipe = store.client.pipeline(transaction=False)
    for gone in told.keys() - places.keys():
        pipe.hdel(PLACES, str(gone))
    news = [key for key, place in places.items() if told.get(key) != place][:limit]
    if news:
        pipe.hset(PLACES, mapping={str(key): places[key] for key in news})
    pipe.execute()
    return news
