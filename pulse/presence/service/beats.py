"""Signs of life: heartbeats, requests, sockets that open and close."""

from collections.abc import Callable
from dataclasses import dataclass

from pulse.core import clock, ports
from pulse.core.errors import Conflict, NotSignedIn, TooMany
from pulse.core.identity import Identity
from pulse.presence import live
from pulse.presence.live import Limited, TooManyDevices, Unknown
from pulse.presence.service.deciding import reload, settle_if_changed
from pulse.presence.state import State
from pulse.presence.view import View


@dataclass(frozen=True, slots=True)
class Beat:
    """What a client says of itself. `idle_ms` is the time since the last real input."""

    device_id: str = ""
    device_type: str = ""
    idle_ms: int | None = None
    is_idle: bool = False

    def last_input(self, now: int) -> int | None:
        """When the last input was (ms), None if the beat tells of none."""
        if self.idle_ms is not None:
            return now - self.idle_ms
        return None if self.is_idle else now


def heartbeat(who: Identity, beat: Beat) -> View:
    """Note that a device lives. One Redis round trip and no SQL when nothing changes.

    Raises TooMany, NotSignedIn, Forbidden (account not active).
    """
    return _beat(who, beat, is_counted=True)


def count_input(who: Identity, beat: Beat) -> None:
    """Note that somebody signed in or acted over REST, on the device that the request named."""
    _beat(who, beat, is_counted=False)


def socket_opened(who: Identity, device_id: str, device_type: str, process: str) -> View:
    """Note an open socket of a device. It becomes a sign of life with its first beat."""
    state = _known(
        who, lambda: live.open_socket(who.user_id, who.session_id, device_id, device_type, process)
    )
    return settle_if_changed(state)


def socket_closed(user_id: int, device_id: str, process: str, *, said_goodbye: bool) -> None:
    """Note that a socket closed: after a goodbye its device is gone, else it has time for a reload."""
    state = live.close_socket(user_id, device_id, process, said_goodbye=said_goodbye)
    if "account" in state.fields:
        settle_if_changed(state)


def _beat(who: Identity, beat: Beat, *, is_counted: bool) -> View:
    last_input = beat.last_input(clock.milliseconds())
    state = _known(
        who,
        lambda: live.beat(
            who.user_id, who.session_id, beat.device_id, beat.device_type, last_input, is_counted=is_counted
        ),
    )
    return settle_if_changed(state)


def _known(who: Identity, call: Callable[[], State]) -> State:
    """Make a call that Redis may refuse because it lacks what SQL knows; then load that and try again."""
    try:
        try:
            return call()
        except Unknown:
            ports.recheck(who)  # says precisely why, if this session may not speak any more
            reload([who.user_id])
            return call()
    except Unknown:
        raise NotSignedIn("This session has ended.", code="session_ended") from None
    except Limited as limit:
        raise TooMany("Too many heartbeats.", retry_after=max(1, int(limit.args[0]))) from None
    except TooManyDevices:
        raise Conflict("Too many devices of this user are alive.", code="too_many_devices") from None
