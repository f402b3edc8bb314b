"""What webhooks do when something happened."""

from collections.abc import Sequence

from pulse.core.events import transaction
from pulse.core.wires import together
from pulse.webhooks import service
from pulse.webhooks.events import DeliveriesQueued


@together
def store(events: Sequence[object]) -> None:
    """Write down, in the same transaction, what is to be told to whom."""
    service.store(events)


def store_later(event: object) -> None:
    """The same in a job: registering is to take as long for an address that is known already."""
    with transaction():
        service.store([event])


def send_soon(event: DeliveriesQueued) -> None:
    """Have a worker deliver; if that is lost, the schedule comes by."""
    service.call(event.endpoint_ids)
