"""Jobs of the desk. Each may run twice, or too late: what is true then decides."""

from pulse.support import service, telling


def tend() -> None:
    """Job: everything that time or a lost signal may have left, then tell who stands where in the queue."""
    service.tend()
    telling.places()


def watch_targets() -> int:
    """Job: tell of promised times that are missed or soon will be."""
    return service.watch_targets()


def forget_silent_visitors() -> int:
    """Job: drop visitors who never wrote and have not come back."""
    return service.forget_silent_visitors()
