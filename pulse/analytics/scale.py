"""The scale on which response times are counted: 64 leaves, equally wide in log(1 + seconds), up to 30 days.

Within a leaf times are taken to be spread evenly, but for one value that comes again and again (logs in whole
minutes, zero seconds): its share is kept beside it, so that it can be said exactly.
"""

from math import expm1, log1p

DEPTH = 6
LEAVES = 1 << DEPTH
TOP = log1p(30 * 86_400.0)
WIDTH = TOP / LEAVES
LATEST = 100.0  # how many of a leaf's latest times count for its most frequent one
FREQUENT = 0.2  # less than that, and the next value takes the place


def place_of(seconds: float) -> float:
    """Where a time lies on the scale, 0 to just below TOP."""
    return min(log1p(seconds), TOP * (1 - 1e-12))


def leaf_of(place: float) -> int:
    return min(int(place / WIDTH), LEAVES - 1)


class Scale:
    """What lies within the leaves: for each the most frequent value, its share, and how many were counted."""

    def __init__(self) -> None:
        self.frequent: dict[int, list[float]] = {}

    def note(self, seconds: float) -> None:
        leaf = leaf_of(place_of(seconds))
        found = self.frequent.get(leaf)
        if found is None:
            self.frequent[leaf] = [seconds, 0.0, 1.0]
            return
        found[2] = min(found[2] + 1.0, LATEST)
        found[1] += ((seconds == found[0]) - found[1]) / found[2]
        found[1] = min(found[1], 0.999)
        if found[1] < FREQUENT:
            found[0] = seconds

    def shares(self, seconds: float) -> tuple[float, float]:
        """Which share of its leaf lies below a time, and which below or at it."""
        place = place_of(seconds)
        leaf = leaf_of(place)
        evenly = min(1.0, max(0.0, place / WIDTH - leaf))
        found = self.frequent.get(leaf)
        if found is None:
            return evenly, evenly
        value, often, _ = found
        rest = (1.0 - often) * evenly
        if seconds == value:
            return rest, rest + often
        passed = rest + often if seconds > value else rest
        return passed, passed

    def seconds_at(self, leaf: int, share: float) -> float:
        """The time below which this share of a leaf lies."""
        often, before, value = 0.0, 0.0, 0.0
        found = self.frequent.get(leaf)
        if found is not None:
            value, often, _ = found
            before = (1.0 - often) * min(1.0, max(0.0, place_of(value) / WIDTH - leaf))
            if before <= share <= before + often:
                return value
        if share > before:
            share -= often
        return expm1(WIDTH * (leaf + min(1.0, max(0.0, share / (1.0 - often)))))
