"""What the log of requests costs: CPU time of a request with it and without it, in pairs in the same run.

`python -m bench.request_log` starts Pulse twice, each with a Redis and a database of its own, and asks
them in turn for heartbeats over REST. Afterwards all that was answered must be in the log. Prints a
Markdown table.
"""

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bench.clients import drive
from bench.figures import Figure, table
from bench.heartbeat import over_rest
from bench.machine import assign_cores, cpu_seconds, describe
from bench.world import World, access_tokens, add_users, new_world
from pulse.analytics.models import RequestLine
from pulse.extensions import db
from tests.support.processes import Web, running

HEARTBEATS = "/api/users/heartbeat/"


class Unlogged(Web):
    """The peer: Pulse without the log."""

    def __init__(self, world: World) -> None:
        super().__init__(world.environment, world.folder / "pulse.log")
        self.script = "bench/peers/unlogged.py"


@dataclass
class Runs:
    """Round by round."""

    costs: list[float] = field(default_factory=list)  # microseconds of CPU for each request
    rates: list[float] = field(default_factory=list)  # requests a second
    requests: int = 0


@dataclass
class Result:
    logged: Runs
    unlogged: Runs
    lines: int  # in the log at the end


def measure(runs: Runs, web: Web, pids: Sequence[int], tokens: Sequence[str], seconds: float) -> None:
    """One round. What is written within it behind the requests belongs to it."""
    clients = [over_rest(web.port, token, number) for number, token in enumerate(tokens)]
    try:
        used = cpu_seconds(pids)
        requests, elapsed = drive(clients, seconds)
        time.sleep(1.5)  # until the last lines are written too
        used = cpu_seconds(pids) - used
    finally:
        for client in clients:
            client.socket.close()
    runs.costs.append(used / requests * 1e6)
    runs.rates.append(requests / elapsed)
    runs.requests += requests


def run(rounds: int, seconds: float, clients: int) -> Result:
    """All rounds, the two in turn, which of them is first in turn too."""
    unlimited = {"PRESENCE_HEARTBEATS_PER_MINUTE": "100000000"}
    with ExitStack() as stack:
        worlds = [stack.enter_context(new_world(**unlimited)) for _ in range(2)]
        tokens = []
        for world in worlds:
            with world.app.app_context():
                add_users(clients)
                tokens.append(access_tokens(range(1, clients + 1)))
        webs = [Web(worlds[0].environment, worlds[0].folder / "pulse.log"), Unlogged(worlds[1])]
        runs = [Runs(), Runs()]
        with running(*webs):
            pids = [[web.popen.pid, world.redis.process.pid] for web, world in zip(webs, worlds, strict=True)]
            assign_cores([*pids[0], *pids[1]])
            for turn in range(rounds):
                for which in (0, 1) if turn % 2 else (1, 0):
                    measure(runs[which], webs[which], pids[which], tokens[which], seconds)
        with worlds[0].app.app_context():
            beats = select(func.count()).select_from(RequestLine).where(RequestLine.path == HEARTBEATS)
            lines = db.session.scalar(beats) or 0
    return Result(*runs, lines)


def report(result: Result) -> str:
    ours, theirs = result.logged, result.unlogged
    more = [a / b for a, b in zip(ours.costs, theirs.costs, strict=True)]
    rows = [
        [
            "CPU a request, us",
            Figure(ours.costs).text(),
            Figure(theirs.costs).text(),
            Figure(more).text(".3f"),
        ],
        ["requests a second", Figure(ours.rates).text(), Figure(theirs.rates).text(), ""],
    ]
    return (
        table(["", "with the log", "without it", "with / without, in pairs"], rows)
        + f"\n\n{ours.requests:,} requests were answered, {result.lines:,} are in the log."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=7, help="of each measurement")
    parser.add_argument("--clients", type=int, default=200, help="each asks again when it is answered")
    options = parser.parse_args()
    print(describe(), flush=True)
    print(report(run(options.rounds, options.seconds, options.clients)))


if __name__ == "__main__":
    main()
