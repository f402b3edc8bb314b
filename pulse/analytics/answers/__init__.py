"""What analytics tells, put together."""

from pulse.analytics.answers.metrics import active_users, messages_per_day
from pulse.analytics.answers.presence import analytics
from pulse.analytics.answers.system import stats, system_days

__all__ = ["active_users", "analytics", "messages_per_day", "stats", "system_days"]
