"""The table of periodic jobs: function -> interval in seconds. `worker.py` looks here."""

from collections.abc import Callable
from typing import Any

from pulse.accounts import jobs as accounts
from pulse.activity import jobs as activity
from pulse.analytics import jobs as analytics
from pulse.conversations import jobs as conversations
from pulse.core import jobs, outbox
from pulse.core.context import settings
from pulse.notifications import jobs as notifications
from pulse.presence import jobs as presence
from pulse.support import jobs as support
from pulse.webhooks import jobs as webhooks
from pulse.workspaces import jobs as workspaces


def table() -> dict[Callable[[], Any], float]:
    """Every periodic job and its interval in seconds."""
    return {
        presence.sweep: settings().presence_sweep_seconds,
        presence.record: min(1.0, settings().presence_sweep_seconds),
        support.tend: settings().presence_sweep_seconds,
        support.watch_targets: 15,
        webhooks.deliver_due: 2,
        outbox.relay_due: 15,
        jobs.clean_registries: 60,
        notifications.mail_due_digests: 60,
        conversations.clean_up: 600,
        conversations.delete_old: 3600,
        accounts.clean_up: 3600,
        support.forget_silent_visitors: 3600,
        workspaces.clean_up: 3600,
        presence.forget_old_history: 3600,
        notifications.forget_old: 3600,
        activity.forget_old: 3600,
        analytics.learn_replies: 5,
        analytics.note_peak: 60,
        analytics.count_days: 600,
        analytics.roll_up: 3600,
        analytics.forget_old: 3600,
        webhooks.forget_old: 3600,
    }


def enqueue_due() -> None:
    """Enqueue what is due now. Raises RedisError when Redis is down."""
    for job, seconds in table().items():
        jobs.enqueue_tick(job, seconds)
