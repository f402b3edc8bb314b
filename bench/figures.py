"""Figures with their spread, and tables of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """What several runs measured."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)

    def text(self, form: str = ",.0f") -> str:
        """The median, and the least and the most in brackets."""
        low, high = min(self.values), max(self.values)
        return f"{self.median:{form}} ({low:{form}} to {high:{form}})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
