"""What happens to webhooks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DeliveriesQueued:
    """Something waits to be delivered to these endpoints."""

    endpoint_ids: list[int]


@dataclass(frozen=True)
class EndpointDisabled:
    """An endpoint was switched off, not by its owner. `at` is RFC 3339; the actor is an admin or nobody."""

    endpoint_id: int
    owner_id: int
    reason: str
    at: str
    actor_id: int | None
