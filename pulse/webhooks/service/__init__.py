"""Writes of webhooks: endpoints, what they are told, delivering it."""

from pulse.webhooks.service.delivering import call, call_due, deliver, work
from pulse.webhooks.service.endpoints import create, delete, rotate, switch_off, switch_off_by_admin, update
from pulse.webhooks.service.retention import forget_old
from pulse.webhooks.service.storing import store
from pulse.webhooks.service.telling_again import replay, retry, send_test

__all__ = [
    "call",
    "call_due",
    "create",
    "delete",
    "deliver",
    "forget_old",
    "replay",
    "retry",
    "rotate",
    "send_test",
    "store",
    "switch_off",
    "switch_off_by_admin",
    "update",
    "work",
]
