"""Heartbeats a second, over REST and Socket.IO: Pulse beside the obvious design, in the same run.

`python -m bench.heartbeat` starts both servers, and Pulse's Redis, on one core and asks them in turn from the
other. Prints a Markdown table. `python -m bench.speed --only heartbeats` asks all peers.
"""

import argparse
from collections.abc import Sequence

from bench.clients import Client, HttpClient, SocketClient, ask_each, drive
from bench.machine import describe, server_core_seconds, spending, wait_for_rest
from bench.results import Results
from bench.servers import PULSE, Room, Server, serving

ARRIVE = 100  # clients a second, at least
DOORS = ("REST", "socket")


def over_rest(port: int, token: str, number: int) -> Client:
    """A client that beats over REST."""
    return HttpClient(port, "/api/users/heartbeat/", token, _body(number))


def _over_socket(server: Server, tokens: Sequence[str]) -> list[Client]:
    port = server.webs[0].port
    clients, _ = ask_each(SocketClient(port, "/presence", token, dialect=server.dialect) for token in tokens)
    for number, client in enumerate(clients):
        client.then("heartbeat", _body(number), good=b'"online"')
    return list(clients)


def _body(number: int) -> dict[str, object]:
    return {"device_id": f"laptop-{number}", "device_type": "web", "idle_ms": 1000}


def heartbeats(
    rounds: int,
    seconds: float,
    sockets: int,
    at_once: int,
    peers: Sequence[str],
    *,
    doors: Sequence[str] = DOORS,
) -> Results:
    """All rounds, the servers and doors in turn; so many beats are on their way at any time."""
    results = Results()
    with serving([Room(1, 1, max(sockets, at_once))], peers, unjoined=False) as (servers, tokens):
        for _ in range(rounds):
            for door in doors:
                for server in servers:
                    if door == "socket":
                        clients = _over_socket(server, tokens(range(1, sockets + 1)))
                    elif server.has_rest:
                        owners = enumerate(tokens(range(1, at_once + 1)))
                        clients = [over_rest(server.webs[0].port, token, number) for number, token in owners]
                    else:
                        continue
                    _measure(results, door, server, clients, seconds, min(at_once, len(clients)))
    return results


def _measure(
    results: Results, door: str, server: Server, clients: Sequence[Client], seconds: float, at_once: int
) -> None:
    try:
        # All have come online by then, which is written down and told, and is not what is measured.
        drive(clients, min(len(clients) / ARRIVE, 4 * seconds), at_once)
        busy = server_core_seconds()
        with spending(server.pids) as spent:
            beats, elapsed = drive(clients, seconds, at_once)
        busy = server_core_seconds() - busy
    finally:
        for client in clients:
            client.socket.close()
    results.note(f"{door}, beats a second", server.name, beats / elapsed, compares=True)
    results.note(f"{door}, CPU a beat, us", server.name, spent.server / beats * 1e6, ",.1f", compares=True)
    results.note(f"{door}, load's core", server.name, spent.generator / elapsed, ".0%")
    results.note(
        f"{door}, others on the server's core", server.name, max(0.0, busy - spent.server) / elapsed, ".0%"
    )
    wait_for_rest(server.pids)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--clients", type=int, default=200, help="each beats again when it is answered")
    options = parser.parse_args()
    print(describe(), flush=True)
    results = heartbeats(options.rounds, options.seconds, options.clients, options.clients, ["obvious"])
    print(results.report([PULSE]))


if __name__ == "__main__":
    main()
