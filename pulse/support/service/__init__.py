"""Writes of the desk: tickets, who answers them, agents, teams, widgets, what is promised."""

from pulse.support.service.agents import (
    create_team,
    delete_team,
    enlist,
    set_agent,
    set_availability,
    update_team,
)
from pulse.support.service.answering import note_message
from pulse.support.service.assigning import assign, hand_to_team, retire
from pulse.support.service.changing import (
    add_note,
    ask_transcript,
    change,
    close,
    rate,
    reopen,
    resolve,
    snooze,
    wake,
)
from pulse.support.service.erasure import forget_customer, forget_silent_visitors
from pulse.support.service.opening import Request, open_ticket
from pulse.support.service.replies import create_reply, delete_reply, update_reply
from pulse.support.service.routing import look_after, route, tend
from pulse.support.service.targets import set_target_times, watch_targets
from pulse.support.service.widgets import (
    Claimed,
    arrive,
    create_widget,
    describe,
    note_page,
    update_widget,
)

__all__ = [
    "Claimed",
    "Request",
    "add_note",
    "arrive",
    "ask_transcript",
    "assign",
    "change",
    "close",
    "create_reply",
    "create_team",
    "create_widget",
    "delete_reply",
    "delete_team",
    "describe",
    "enlist",
    "forget_customer",
    "forget_silent_visitors",
    "hand_to_team",
    "look_after",
    "note_message",
    "note_page",
    "open_ticket",
    "rate",
    "reopen",
    "resolve",
    "retire",
    "route",
    "set_agent",
    "set_availability",
    "set_target_times",
    "snooze",
    "tend",
    "update_reply",
    "update_team",
    "update_widget",
    "wake",
    "watch_targets",
]
