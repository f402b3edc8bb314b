"""Heartbeats a second, over REST and Socket.IO: Pulse beside the obvious design, in the same run.

`python -m bench.heartbeat` starts both servers, and Pulse's Redis, on one core and asks them in turn from the
other. Prints a Markdown table.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.clients import Client, HttpClient, SocketClient, drive
from bench.figures import Figure, table
from bench.machine import assign_cores, cpu_seconds, describe, server_core_seconds
from bench.world import World, access_tokens, add_users, new_world
from tests.support.processes import Web, running

WARM_UP = 1.0  # seconds
Connect = Callable[[int, str, int], Client]  # port, token, number of the client


class Obvious(Web):
    """The peer. It takes the same tokens."""

    def __init__(self, world: World, users: int) -> None:
        environment = {
            "JWT_SECRET_KEY": world.environment["JWT_SECRET_KEY"],
            "DATABASE_URL": f"sqlite:///{world.folder / 'obvious.db'}",
            "USERS": str(users),
        }
        super().__init__(environment, world.folder / "obvious.log")
        self.script = "bench/peers/obvious.py"


@dataclass
class Runs:
    """What one server did over one door, round by round."""

    rates: list[float] = field(default_factory=list)  # beats a second
    costs: list[float] = field(default_factory=list)  # microseconds of CPU for each beat
    loads: list[float] = field(default_factory=list)  # share of its core that the load generator used
    strangers: list[float] = field(default_factory=list)  # share of the server's core that others used


def over_rest(port: int, token: str, number: int) -> Client:
    return HttpClient(port, "/api/users/heartbeat/", token, _body(number))


def over_socket(port: int, token: str, number: int) -> Client:
    return SocketClient(port, "/presence", token, "heartbeat", _body(number))


DOORS: dict[str, Connect] = {"REST": over_rest, "Socket.IO": over_socket}


def _body(number: int) -> dict[str, object]:
    return {"device_id": f"laptop-{number}", "device_type": "web", "idle_ms": 1000}


def measure(
    runs: Runs, web: Web, pids: Sequence[int], connect: Connect, tokens: Sequence[str], seconds: float
) -> None:
    """One round: every token's client beats, waits for the answer and beats again."""
    clients = [connect(web.port, token, number) for number, token in enumerate(tokens)]
    try:
        drive(clients, min(WARM_UP, seconds))
        busy, used, own = server_core_seconds(), cpu_seconds(pids), time.process_time()
        beats, elapsed = drive(clients, seconds)
        busy, used, own = server_core_seconds() - busy, cpu_seconds(pids) - used, time.process_time() - own
    finally:
        for client in clients:
            client.socket.close()
    runs.rates.append(beats / elapsed)
    runs.costs.append(used / beats * 1e6)
    runs.loads.append(own / elapsed)
    runs.strangers.append(max(0.0, busy - used) / elapsed)


def run(rounds: int, seconds: float, clients: int) -> dict[tuple[str, str], Runs]:
    """All rounds, the servers and doors in turn; by name of the server and of the door."""
    results = {(name, door): Runs() for door in DOORS for name in ("Pulse", "obvious")}
    unlimited = {"PRESENCE_HEARTBEATS_PER_MINUTE": "100000000"}  # counted and compared, never reached
    with new_world(**unlimited) as world:
        with world.app.app_context():
            add_users(clients)
            tokens = access_tokens(clients)
        webs = {
            "Pulse": Web(world.environment, world.folder / "pulse.log"),
            "obvious": Obvious(world, clients),
        }
        with running(*webs.values()):
            pids = {name: [web.popen.pid] for name, web in webs.items()}
            pids["Pulse"].append(world.redis.process.pid)
            assign_cores([*pids["Pulse"], *pids["obvious"]])
            for _ in range(rounds):
                for (name, door), runs in results.items():
                    measure(runs, webs[name], pids[name], DOORS[door], tokens, seconds)
    return results


def report(results: dict[tuple[str, str], Runs]) -> str:
    """The figures as a table, and how far the load generator was from being the limit."""
    rows = []
    for door in DOORS:
        ours, theirs = results["Pulse", door], results["obvious", door]
        for what, our, their in (
            ("beats a second", ours.rates, theirs.rates),
            ("CPU a beat, us", ours.costs, theirs.costs),
        ):
            a, b = Figure(our), Figure(their)
            rows.append([f"{door}: {what}", a.text(), b.text(), f"{a.median / b.median:.2f}x"])
    runs = list(results.values())
    most = max(load for run in runs for load in run.loads)
    strangers = Figure([share for run in runs for share in run.strangers])
    return (
        table(["", "Pulse", "obvious design", "Pulse / obvious"], rows)
        + f"\n\nThe load generator used at most {most:.0%} of its core. "
        + f"Processes that have no part in this took {strangers.text('.0%')} of the servers' core."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--clients", type=int, default=200, help="each beats again when it is answered")
    options = parser.parse_args()
    print(describe(), flush=True)
    print(report(run(options.rounds, options.seconds, options.clients)))


if __name__ == "__main__":
    main()
