"""Two web processes with Redis between them, half of a room at each, against one."""

import os

from bench.crowd import Crowd, crowds_of, tend
from bench.machine import cpu_seconds, release_cores, spending, wait_for_rest
from bench.results import Results
from bench.servers import Room, Server, serving
from bench.speed.options import WARM_UP, Options

ONE, TWO = "one process", "two processes"


def two(options: Options) -> Results:
    """Closed loop, on all cores, which the load shares. Two processes may tell in another order than one."""
    results = Results()
    rooms = [Room(1, 1, options.doubled)]
    with (
        serving(rooms, [], unjoined=False) as (single, tokens),
        serving(rooms, [], unjoined=False, processes=2) as (double, other_tokens),
    ):
        single[0].name, double[0].name = ONE, TWO
        crowds = [*crowds_of(single, rooms, tokens), *crowds_of(double, rooms, other_tokens)]
        servers = [*single, *double]
        pids = [pid for server in servers for pid in server.pids]
        release_cores(pids)
        for _ in range(options.rounds):
            for server, crowd in zip(servers, crowds, strict=True):
                tend(crowds)
                wait_for_rest(pids)
                _measure(results, server, crowd, options)
        for crowd in crowds:
            crowd.close()
    return results


def _measure(results: Results, server: Server, crowd: Crowd, options: Options) -> None:
    crowd.run(min(WARM_UP, options.seconds), options.at_once)
    crowd.drain()
    before = [cpu_seconds([pid]) for pid in server.web_pids]
    with spending(server.pids) as spent:
        count, elapsed = crowd.run(options.seconds, options.at_once)
    used = [cpu_seconds([pid]) - start for pid, start in zip(server.web_pids, before, strict=True)]
    crowd.settle()
    name = f"room of {options.doubled:,}, "
    results.note(name + "deliveries a second", server.name, count / elapsed, compares=True)
    results.note(name + "per CPU second of the busiest", server.name, count / max(used), compares=True)
    results.note(name + "CPU each, us", server.name, spent.server / count * 1e6, ".1f")
    results.note(name + "load's core", server.name, spent.generator / elapsed, ".0%")
    busy = (spent.server + spent.generator) / elapsed / (os.cpu_count() or 1)
    results.note(name + "all cores", server.name, busy, ".0%")
    results.note(name + "out of order", server.name, crowd.overtaken)
    if crowd.overtaken and server.name == ONE:
        results.faults.append(f"{ONE}: {crowd.overtaken} heard out of order by those checked")
    crowd.overtaken = 0
