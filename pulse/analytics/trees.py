"""How many replies lay where on the scale, as a binary tree over its leaves.

Node 1 is the root, the shorter half of node n is node 2n, its longer half 2n + 1; leaf k is node LEAVES + k.
"""

from collections.abc import Iterable
from math import inf

from pulse.analytics.scale import LEAVES


class Tree:
    """Counts of replies by node. Past a limit all are halved, so that the latest count most."""

    __slots__ = ("nodes",)

    def __init__(self, leaves: Iterable[tuple[int, float]] = ()) -> None:
        self.nodes = [0.0] * (2 * LEAVES)
        for leaf, replies in leaves:
            self.nodes[LEAVES + leaf] = float(replies)
        self._sum_up()

    def add(self, leaf: int, at_most: float = inf) -> None:
        node = LEAVES + leaf
        while node:
            self.nodes[node] += 1.0
            node >>= 1
        if self.nodes[1] > at_most:  # whole sixteenths: floats and JSON hold them exactly
            self.nodes[LEAVES:] = [int(8 * replies) / 16 for replies in self.nodes[LEAVES:]]
            self._sum_up()

    def drawn(self, node: int, towards: float, prior: float) -> float:
        """The share of "longer" at a node, drawn towards another share as by `prior` replies of that."""
        return (self.nodes[2 * node + 1] + prior * towards) / (self.nodes[node] + prior)

    def leaves(self) -> list[list[float]]:
        """Leaf and replies, of those that have any; what the constructor takes."""
        return [[leaf, n if n % 1 else int(n)] for leaf, n in enumerate(self.nodes[LEAVES:]) if n]

    def _sum_up(self) -> None:
        for node in range(LEAVES - 1, 0, -1):
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1]


EMPTY = Tree()
