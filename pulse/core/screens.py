"""Who has something on the screen now, in Redis."""

from pulse.core import clock
from pulse.extensions import store

LASTS = 90_000  # ms; clients say it again every minute


class Screens:
    """What is looked at of one kind. `prefix` begins its keys; what is looked at has a number."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def look(self, number: int, user_id: int, sid: str) -> None:
        """Somebody has it on the screen of a socket. Raises RedisError, as all here."""
        key = self._key(number)
        pipe = store.client.pipeline(transaction=False)
        pipe.hset(key, f"{user_id}:{sid}", clock.milliseconds() + LASTS)
        pipe.pexpire(key, LASTS)
        pipe.execute()

    def look_away(self, number: int, user_id: int, sid: str) -> None:
        """That socket has it on the screen no longer."""
        store.client.hdel(self._key(number), f"{user_id}:{sid}")

    def looking(self, number: int) -> set[int]:
        """The ids of those who have it on a screen now."""
        now = clock.milliseconds()
        looks = store.client.hgetall(self._key(number))
        return {int(field.partition(":")[0]) for field, until in looks.items() if int(until) > now}

    def _key(self, number: int) -> str:
        return f"{self.prefix}:{number}"
