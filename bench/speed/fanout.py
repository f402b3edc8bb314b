"""Deliveries a second in rooms of several sizes, and how late they are at a fixed rate."""

from statistics import quantiles

from bench.crowd import Crowd, Room
from bench.results import Results
from bench.servers import Server, Tokens, serving
from bench.speed.options import Options, rooms_of, spending

WARM_UP = 1.0  # seconds


def fanout(options: Options) -> Results:
    """Closed loop: so many messages are on their way at any time, and the next follows."""
    results = Results()
    for size in options.sizes:
        rooms = rooms_of(size)
        with serving(rooms, options.peers) as (servers, tokens):
            crowds = [_crowd(server, rooms, tokens) for server in servers]
            for crowd in crowds:
                crowd.run(min(WARM_UP, options.seconds), options.at_once)
                crowd.settle()
            for _ in range(options.rounds):
                for server, crowd in zip(servers, crowds, strict=True):
                    _tend(crowds)
                    with spending(server.pids) as spent:
                        count, elapsed = crowd.run(options.seconds, options.at_once)
                    crowd.settle()
                    what = f"rooms of {size:,}, " if len(rooms) > 1 else f"room of {size:,}, "
                    results.note(what + "deliveries a second", server.name, count / elapsed)
                    results.note(what + "CPU each, us", server.name, spent.server / count * 1e6, ".1f")
                    results.note(what + "load's core", server.name, spent.generator / elapsed, ".0%")
                    assert not crowd.overtaken, f"{server.name}: {crowd.overtaken} out of order"
            _close(crowds)
    return results


def latency(options: Options) -> Results:
    """A fixed rate: from when a message was due to its arrival at each member."""
    results = Results()
    rooms = [Room(1, 1, options.paced)]
    what = f"room of {options.paced:,} at {options.paced * options.rate:,.0f} deliveries a second, "
    with serving(rooms, options.peers) as (servers, tokens):
        crowds = [_crowd(server, rooms, tokens, checks_all=True) for server in servers]
        for crowd in crowds:
            crowd.run(min(WARM_UP, options.seconds), 1)
            crowd.settle()
        for _ in range(options.rounds):
            for server, crowd in zip(servers, crowds, strict=True):
                _tend(crowds)
                with spending(server.pids) as spent:
                    crowd.pace(options.seconds, options.rate)
                    crowd.drain()
                found = [seconds * 1000 for seconds in crowd.latencies()]
                crowd.settle()
                cuts = quantiles(found, n=100)
                results.note(what + "p50, ms", server.name, cuts[49], ".2f")
                results.note(what + "p99, ms", server.name, cuts[98], ".2f")
                results.note(what + "server's core", server.name, spent.server / options.seconds, ".0%")
        _close(crowds)
    return results


def _crowd(server: Server, rooms: list[Room], tokens: Tokens, *, checks_all: bool = False) -> Crowd:
    doors = [web.port for web in server.webs]
    return Crowd(doors, rooms, tokens, server.dialect, checks_all=checks_all)


def _tend(crowds: list[Crowd]) -> None:
    for crowd in crowds:
        crowd.tend()


def _close(crowds: list[Crowd]) -> None:
    for crowd in crowds:
        crowd.close()
