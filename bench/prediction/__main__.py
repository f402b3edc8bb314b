"""How well replies are predicted, beside three baselines: on made worlds, or on any log of messages.

`python -m bench.prediction` makes each world with a few seeds; `python -m bench.prediction LOG.csv ...` reads
logs: CSV of `timestamp, conversation, sender`, a timestamp being ISO 8601 (without an offset: UTC) or seconds
since 1970. The messages are replayed in time order; each reply is predicted when its question is asked,
before it is learned. `--estimator package.module:Class` tries another estimator
(`pulse.analytics.prediction.Estimator`) in its place.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, table
from bench.prediction.baselines import BASELINES
from bench.prediction.logs import BadLog, Message, read
from bench.prediction.replay import OURS, Maker, Replay, replay
from bench.prediction.worlds import WORLDS
from pulse.analytics.prediction import Predictor

HEAD = (
    "Log",
    "Predicts",
    "Replies",
    "Median error, s",
    "Pinball, s",
    "Pinball, log",
    "in 50%",
    "in 90%",
)


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    makers = {OURS: options.estimator, **BASELINES}
    rows: list[list[str]] = []
    all_runs: list[Replay] = []
    try:
        for name, runs in _sources(options):
            done = [replay(messages, makers) for messages in runs]
            rows += _rows(name, done)
            all_runs += done
    except (BadLog, OSError) as error:
        sys.exit(f"bench.prediction: {error}")
    print(table(HEAD, rows))
    if not options.logs:
        print(f"\nSeeds 1 to {options.seeds}: the median, the least and the most.")
    learning, predicting = (
        Figure([costs[OURS] * 1e6 for costs in one]).text(".0f")
        for one in ([run.learning for run in all_runs], [run.predicting for run in all_runs])
    )
    print(f"\n{OURS}: {learning} µs to learn a reply, {predicting} µs to predict one.")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.prediction",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG.csv", help="instead of the worlds")
    parser.add_argument("--worlds", nargs="+", choices=WORLDS, default=list(WORLDS), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=3, help="of each world (3)")
    parser.add_argument("--size", type=float, default=1.0, help="of each world (1.0: a few thousand replies)")
    parser.add_argument("--estimator", type=_maker, default=Predictor, metavar="MODULE:CLASS")
    return parser.parse_args(arguments)


def _maker(path: str) -> Maker:
    """The estimator of an import path; the error of argparse if there is none."""
    module, _, name = path.partition(":")
    try:
        found: Maker = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path!r} is no module:class ({error})") from error
    return found


def _sources(options: argparse.Namespace) -> Iterator[tuple[str, Iterator[list[Message]]]]:
    """What to replay: the name, and the messages of each run."""
    if not options.logs:
        seeds = range(1, options.seeds + 1)
        for name in options.worlds:
            yield name, (WORLDS[name](seed, options.size) for seed in seeds)
    for path in options.logs:
        with path.open(encoding="utf-8", newline="") as lines:
            yield path.name, iter([read(lines, str(path))])


def _rows(name: str, runs: Sequence[Replay]) -> Iterator[list[str]]:
    scores = [run.scores() for run in runs]
    for who in scores[0]:
        found = [one[who] for one in scores]
        yield [
            name,
            who,
            _text([len(run.truths) for run in runs], ",.0f"),
            *(
                _text([getattr(one, column) for one in found], form)
                for column, form in (
                    ("error", ",.0f"),
                    ("pinball", ",.0f"),
                    ("pinball_log", ".3f"),
                    ("in_half", ".1%"),
                    ("in_ninety", ".1%"),
                )
            ),
        ]


def _text(values: Sequence[float], form: str) -> str:
    return Figure(values).text(form) if len(values) > 1 else f"{values[0]:{form}}"


if __name__ == "__main__":
    main()
