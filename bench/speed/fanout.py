"""Deliveries a second in rooms of several sizes, and how late they are at a fixed rate."""

import time
from collections.abc import Sequence
from itertools import chain
from statistics import quantiles

from bench.crowd import Crowd, crowds_of, tend
from bench.machine import spending, wait_for_rest
from bench.results import Results
from bench.servers import Room, Server, Tokens, serving
from bench.speed.options import WARM_UP, Options, rooms_of


def fanout(options: Options) -> Results:
    """Closed loop: so many messages are on their way at any time, and the next follows."""
    results = Results()
    rooms = rooms_of(options.sizes)
    with serving(list(chain(*rooms.values())), options.peers) as (servers, tokens):
        for group in rooms.values():
            _measure(results, options, group, servers, tokens)
    return results


def _measure(
    results: Results, options: Options, rooms: Sequence[Room], servers: Sequence[Server], tokens: Tokens
) -> None:
    name = f"{'rooms' if len(rooms) > 1 else 'room'} of {rooms[0].size:,}, "
    crowds = crowds_of(servers, rooms, tokens)
    pids = [pid for server in servers for pid in server.pids]
    for crowd in crowds:
        crowd.run(min(WARM_UP, options.seconds), options.at_once)
        crowd.settle()
    for _ in range(options.rounds):
        for server, crowd in zip(servers, crowds, strict=True):
            tend(crowds)
            wait_for_rest(pids)
            with spending(server.pids) as spent:
                count, elapsed = crowd.run(options.seconds, options.at_once)
            _settle(results, server, crowd)
            results.note(name + "deliveries a second", server.name, count / elapsed, compares=True)
            results.note(name + "CPU each, us", server.name, spent.server / count * 1e6, ".1f", compares=True)
            results.note(name + "load's core", server.name, spent.generator / elapsed, ".0%")
    for crowd in crowds:
        crowd.close()
    wait_for_rest(pids)


def latency(options: Options) -> Results:
    """A fixed rate: from when a message was due to its arrival at each member."""
    results = Results()
    rooms = [Room(1, 1, options.paced)]
    what = f"room of {options.paced:,} at {options.paced * options.rate:,.0f} deliveries a second, "
    with serving(rooms, options.peers) as (servers, tokens):
        crowds = crowds_of(servers, rooms, tokens, checks_all=True)
        pids = [pid for server in servers for pid in server.pids]
        for crowd in crowds:
            crowd.run(min(WARM_UP, options.seconds), 1)
            crowd.settle()
        for _ in range(options.rounds):
            for server, crowd in zip(servers, crowds, strict=True):
                tend(crowds)
                wait_for_rest(pids)
                with spending(server.pids) as spent:
                    began = time.perf_counter()
                    crowd.pace(options.seconds, options.rate)
                    crowd.drain()
                    elapsed = time.perf_counter() - began
                found = [seconds * 1000 for seconds in crowd.latencies()]
                _settle(results, server, crowd)
                cuts = quantiles(found, n=100)
                results.note(what + "p50, ms", server.name, cuts[49], ".2f", compares=True)
                results.note(what + "p99, ms", server.name, cuts[98], ".2f", compares=True)
                results.note(what + "server's core", server.name, spent.server / elapsed, ".0%")
                results.note(what + "load's core", server.name, spent.generator / elapsed, ".0%")
        for crowd in crowds:
            crowd.close()
    return results


def _settle(results: Results, server: Server, crowd: Crowd) -> None:
    """Whatever is lost or doubled ends the run; what came in the wrong order is told at its end."""
    crowd.settle()
    if crowd.overtaken:
        rooms = f"{len(crowd.rooms)} x {crowd.rooms[0].size}"
        results.faults.append(
            f"{server.name}, {rooms}: {crowd.overtaken} heard out of order by those checked"
        )
        crowd.overtaken = 0
