"""What analytics does when something happened."""

from pulse.analytics import service
from pulse.presence.events import StatusChanged


def reopen_days(event: StatusChanged) -> None:
    """A change that was recorded late may belong to a day that is rolled up."""
    service.reopen(event)
