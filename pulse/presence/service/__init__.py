"""Writes of presence: beats and sockets, choices, watches, deciding, recording."""

from pulse.presence.service.beats import Beat, count_input, heartbeat, socket_closed, socket_opened
from pulse.presence.service.choices import Change, arrivals, set_presence, unwatch, watch
from pulse.presence.service.deciding import reload, settle, take_over
from pulse.presence.service.recording import forget_old_history, record
from pulse.presence.service.sweeping import sweep

__all__ = [
    "Beat",
    "Change",
    "arrivals",
    "count_input",
    "forget_old_history",
    "heartbeat",
    "record",
    "reload",
    "set_presence",
    "settle",
    "socket_closed",
    "socket_opened",
    "sweep",
    "take_over",
    "unwatch",
    "watch",
]
