"""Presence in Redis: keys, one script, and nothing that decides.

    pulse:p:epoch         milliseconds; grows whenever Redis had lost its data
    pulse:p:restored      up to which user id the sweep has brought back who was here when Redis lost its data
    pulse:p:u:<user>      hash: a copy of what SQL knows, the devices, and what was decided last
    pulse:p:due           sorted set "<user>:<device>" -> when time alone changes something (ms)
    pulse:p:lease         sorted set: web process -> until when its sockets count as open (ms)
    pulse:p:proc:<proc>   set of the users who have sockets on that process
    pulse:p:changes       stream of decided changes, emptied by the recorder
    pulse:p:rate:<sess>   heartbeats of a session in this minute

Fields of the hash: `rev` and what `Copy` holds come from SQL, as does `s:<session>` -> expiry for each live
session; `n` counts changes of the facts, `news` says that something beside the status is to be told; `epoch,
ver, st, at, seen` are the last decision and `last` the last beat. A device has `t:` type, `x:` session, `b:`
last beat, `i:` last input, `c:` when its last socket closed and `k:<device>:<process>` its open sockets.
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from redis.commands.core import Script

from pulse.core import clock
from pulse.core.batching import batched
from pulse.core.bus import BUS_LENGTH
from pulse.core.context import settings
from pulse.extensions import store
from pulse.presence.rules import Status
from pulse.presence.state import COPIED, Copy, Decision, State, devices_in

PREFIX = "pulse:p:"
DUE, LEASES, CHANGES = PREFIX + "due", PREFIX + "lease", PREFIX + "changes"
BATCH = 500
ALL = "all"  # everybody is back

_script = Script(None, Path(__file__).with_name("presence.lua").read_bytes())  # type: ignore[arg-type]


class Unknown(Exception):
    """Redis does not know this user, or not this session of theirs: ask SQL."""


class Limited(Exception):
    """Too many heartbeats; `args[0]` is how many seconds to wait."""


class TooManyDevices(Exception):
    """This user has more devices than we keep."""


def beat(
    user_id: int,
    session_id: int,
    device_id: str,
    device_type: str,
    last_input: int | None,
    *,
    is_counted: bool,
) -> State:
    """Note a sign of life of a device, with session and rate checks; beats that come meanwhile go together.

    An empty `device_id` stands for the session's socket device, else the session itself. `last_input` is
    in milliseconds, None if there was none. Raises Unknown, Limited, TooManyDevices.
    """
    allowed = settings().presence_heartbeats_per_minute if is_counted else 0
    said = "" if last_input is None else last_input
    call = ["beat", user_id, session_id, device_id, device_type, said, allowed]
    return _state(user_id, _call_together(call))


def open_socket(user_id: int, session_id: int, device_id: str, device_type: str, process: str) -> State:
    """Note that a socket of a device opened. Raises Unknown, TooManyDevices."""
    return _state(user_id, _call("open", user_id, session_id, device_id, device_type, process))


def close_socket(user_id: int, device_id: str, process: str, *, said_goodbye: bool) -> State:
    """Note that a socket of a device closed; after a goodbye its device is gone with the last one."""
    return _state(user_id, _call("close", user_id, device_id, process, int(said_goodbye)))


def load(copies: Collection[Copy], ghosts_last: int | None = None) -> list[State]:
    """Put SQL's knowledge into Redis, unless that knows better; returns the states.

    For users whom Redis had lost and who were not offline, a stand-in device keeps their status, so that
    their clients have the time to beat again: `ghosts_last` (ms) from when Redis began anew.
    """

    def arguments(copy: Copy) -> list[Any]:
        is_ghost = ghosts_last is not None and copy.old_status != Status.OFFLINE
        flat = [part for name in COPIED for part in (name, getattr(copy, name))]
        return [
            "load", copy.user_id, copy.rev, copy.old_epoch, copy.old_status, copy.old_since, copy.old_seen,
            ghosts_last if is_ghost else "", copy.until, len(flat), *flat,
            *(part for session in copy.sessions.items() for part in session),
        ]  # fmt: skip

    answers = _call_many([arguments(copy) for copy in copies])
    return [_state(copy.user_id, answer) for copy, answer in zip(copies, answers, strict=True)]


def read(user_ids: Collection[int]) -> dict[int, State]:
    """The states of those of the users whom Redis knows, in one round trip."""
    answers = _call_many([["read", user_id] for user_id in user_ids])
    pairs = zip(user_ids, answers, strict=True)
    return {user_id: _state(user_id, answer) for user_id, answer in pairs if answer[0] == "ok"}


def settle(decisions: Collection[tuple[State, Decision]]) -> list[State]:
    """Write decisions whose facts still hold; returns the states whose facts are newer by now.

    Compares the count of facts and the version, then sets the new version and appends the change to the
    history stream and the bus, in one step each: two deciders never tell the same change.
    """

    def arguments(state: State, decision: Decision) -> list[Any]:
        return [
            "settle", state.user_id, state.fields["n"], state.fields["ver"], decision.status or "",
            decision.version, decision.at, "" if decision.seen is None else decision.seen,
            decision.history, BUS_LENGTH, *decision.bus,
        ]  # fmt: skip

    answers = _call_many([arguments(*pair) for pair in decisions])
    pairs = zip(decisions, answers, strict=True)
    return [state for (state, _), answer in pairs if answer[0] == "stale"]


def due(now: int, limit: int = BATCH) -> dict[int, list[str]]:
    """Users for whom time alone may have changed something, the longest due first, and their timers."""
    found: dict[int, list[str]] = {}
    for timer in store.client.zrange(DUE, "-inf", now, byscore=True, offset=0, num=limit):
        found.setdefault(int(timer.partition(":")[0]), []).append(timer)
    return found


def forget_timers(timers: Collection[str]) -> None:
    """Take timers off of users who no longer exist."""
    if timers:
        store.client.zrem(DUE, *timers)


def restored(epoch: str = "", reached: str = "0", then: str = "") -> tuple[str, str]:
    """The epoch, and up to which user id the sweep has brought back who was here before it, or ALL.

    If that is still `epoch` and `reached`, the sweep has got to `then` by now: of two sweeps one notes its
    progress, and none does so in a Redis that has lost meanwhile what the progress was about.
    """
    now_epoch, now_reached = _call("restored", "", epoch, reached, then)
    return now_epoch, now_reached


def renew_lease(process: str, until: int) -> bool:
    """Keep a web process's sockets open until then (ms); False if the lease had lapsed or is unknown."""
    answer: list[str] = _call("renew", process, until)
    return answer[0] == "ok"


def take_lease(process: str, until: int) -> None:
    """Register a web process under a new name."""
    store.client.zadd(LEASES, {process: until})


def lapsed_leases(now: int) -> dict[str, int]:
    """Web processes that stopped renewing, and when their leases lapsed (ms)."""
    pairs = store.client.zrange(LEASES, "-inf", now, byscore=True, withscores=True)
    return {name: int(score) for name, score in pairs}


def close_sockets_of(process: str, lapsed: int, limit: int = BATCH) -> int:
    """Close the sockets of up to `limit` users of a dead process as of `lapsed`; returns of how many.

    With the last one the process is forgotten.
    """
    users = store.client.srandmember(f"{PREFIX}proc:{process}", limit)
    _call_many([*(["drop", user_id, process, lapsed] for user_id in users), ["bury", process]])
    return len(users)


def changes(limit: int = 1000) -> list[tuple[str, str]]:
    """Decided changes that are not recorded yet, oldest first: stream id and entry."""
    return [(id_, fields["m"]) for id_, fields in store.client.xrange(CHANGES, count=limit)]


def forget_changes(ids: Collection[str]) -> None:
    """Take recorded changes off the stream."""
    if ids:
        store.client.xdel(CHANGES, *ids)


def _arguments(operation: str, user_id: int | str, *rest: object) -> list[Any]:
    s = settings()
    limits = (s.presence_idle_after, s.presence_disconnect_grace, s.presence_offline_after)
    return [operation, user_id, clock.milliseconds(), *(int(limit * 1000) for limit in limits), *rest]


def _call(operation: str, user_id: int | str, *rest: object) -> Any:
    return _script(args=_arguments(operation, user_id, *rest), client=store.client)


def _call_many(calls: Iterable[list[Any]]) -> list[Any]:
    calls = list(calls)
    answers: list[Any] = []
    for start in range(0, len(calls), BATCH):
        pipe = store.client.pipeline(transaction=False)
        for call in calls[start : start + BATCH]:
            _script(args=_arguments(*call), client=pipe)
        answers += pipe.execute()
    return answers


@batched(BATCH)
def _call_together(calls: Sequence[list[Any]]) -> list[Any]:
    return [_call(*calls[0])] if len(calls) == 1 else _call_many(calls)


def _state(user_id: int, answer: Any) -> State:
    if answer[0] == "unknown":
        raise Unknown
    if answer[0] == "limited":
        raise Limited(answer[1])
    if answer[0] == "too_many_devices":
        raise TooManyDevices
    flat, leases = answer[1]
    fields = dict(zip(flat[::2], flat[1::2], strict=True))
    until = dict(zip(leases[::2], leases[1::2], strict=True))
    return State(user_id, fields, devices_in(fields, until))
