"""What happens to the feed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ActivityRecorded:
    """A line is new, or has grown."""

    activity_id: int
