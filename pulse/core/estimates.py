"""How long something takes, as far as the past tells: what domains hand each other, and what clients get."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from pulse.core.schemas import Output

Range = Annotated[list[float], Field(min_length=2, max_length=2)]


class Source(StrEnum):
    """Whose past an estimate leans on; the closest that is known well enough."""

    PERSON = "person"
    GROUP = "group"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Estimate:
    """In seconds: median, the middle half and nine tenths of all; from how many samples, and whose."""

    median: float
    half: tuple[float, float]
    most: tuple[float, float]
    samples: int
    source: Source | None = None  # None: of those it is asked for


class EstimateOut(Output):
    """How long something takes, as far as the past tells."""

    median_seconds: Annotated[float, Field(examples=[95.0])]
    half: Annotated[Range, Field(description="The middle half of all.", examples=[[40.0, 180.0]])]
    most: Annotated[Range, Field(description="Nine tenths of all.", examples=[[12.0, 600.0]])]
    samples: Annotated[int, Field(examples=[84])]
    source: Annotated[
        Source | None,
        Field(description="Of a prediction: whose past it leans on.", examples=["person"]),
    ]

    @classmethod
    def of(cls, found: Estimate | None) -> "EstimateOut | None":
        if found is None:
            return None
        return cls(
            median_seconds=found.median,
            half=list(found.half),
            most=list(found.most),
            samples=found.samples,
            source=found.source,
        )
