"""What Redis knows of conversations: who looks at one now, and which changes were told."""

from collections.abc import Mapping

from pulse.core import bus, realtime
from pulse.core.screens import Screens
from pulse.extensions import store

SCREENS = Screens("pulse:c:look")  # conversations
TOLD_IS_KEPT = 3600  # seconds; whoever asks later tells again, which clients drop


def tell(changes: Mapping[str, str]) -> None:
    """Put the entries of some changes on the bus and note that these were told, all or none."""
    with realtime.pipeline("/chat") as pipe:
        for change, entry in changes.items():
            bus.append_to(pipe, entry)
            pipe.set(_told(change), 1, ex=TOLD_IS_KEPT)


def is_told(change: str) -> bool:
    """Whether `tell` was called for this change within the last hour."""
    return bool(store.client.exists(_told(change)))


def _told(change: str) -> str:
    return f"pulse:c:told:{change}"
