"""What was measured of whom, round by round, and how one compares with the others in the same round."""

import sys
from collections.abc import Iterable

from bench.figures import Figure, table


class Results:
    """Figures by what they are and of which server."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[float]] = {}
        self._forms: dict[str, str] = {}
        self._compared: set[str] = set()
        self.faults: list[str] = []  # what was not right although everything could be measured

    def note(
        self, what: str, server: str, value: float, form: str = ",.0f", *, compares: bool = False
    ) -> None:
        """Keep a figure of one round, and show it while the others are still measured."""
        print(f"{what}: {server}: {value:{form}}", file=sys.stderr, flush=True)
        self._values.setdefault((what, server), []).append(value)
        self._forms[what] = form
        if compares:
            self._compared.add(what)

    def report(self, ours: Iterable[str]) -> str:
        """A table: each figure, and in pairs how many times as much each of `ours` has."""
        known = {server for _, server in self._values}
        ours = [our for our in ours if our in known]
        rows = []
        for what, form in self._forms.items():
            for server in [server for measured, server in self._values if measured == what]:
                figure = Figure(self._values[what, server])
                ratios = [self._ratio(what, our, server) for our in ours]
                rows.append([f"{what}: {server}", figure.text(form), *ratios])
        return table(["", "median (least to most)", *(f"{our} / it" for our in ours)], rows)

    def _ratio(self, what: str, our: str, server: str) -> str:
        values, theirs = self._values.get((what, our)), self._values[what, server]
        if values is None or our == server or what not in self._compared:
            return ""
        return Figure([one / other for one, other in zip(values, theirs, strict=True)]).text(".2f") + "x"
