"""Two web processes with Redis between them, half of a room at each, against one."""

import os

from bench.crowd import Crowd, crowds_of, tend
from bench.machine import cpu_seconds, release_cores, spending
from bench.results import Results
from bench.servers import Room, Server, serving
from bench.speed.options import Options

ONE, TWO = "one process", "two processes"
FULL = 0.9  # share of a core from which whoever has it may be the limit


def two(options: Options) -> Results:
    """Closed loop, on all cores: the load has to share one with a server where there are two."""
    results = Results()
    rooms = [Room(1, 1, options.doubled)]
    with (
        serving(rooms, [], unjoined=False) as (single, tokens),
        serving(rooms, [], unjoined=False, processes=2) as (double, other_tokens),
    ):
        single[0].name, double[0].name = ONE, TWO
        crowds = [*crowds_of(single, rooms, tokens), *crowds_of(double, rooms, other_tokens)]
        servers = [*single, *double]
        release_cores([pid for server in servers for pid in server.pids])
        most = 0.0
        for _ in range(options.rounds):
            for server, crowd in zip(servers, crowds, strict=True):
                tend(crowds)
                load = _measure(results, server, crowd, options)
                most = max(most, load)
        for crowd in crowds:
            crowd.close()
    limit = "may have been" if most >= FULL else "was not"
    results.remarks.append(
        f"The load used up to {most:.0%} of a core: it {limit} the limit. What the busiest process would do "
        "with a core for itself follows from its CPU time."
    )
    return results


def _measure(results: Results, server: Server, crowd: Crowd, options: Options) -> float:
    crowd.run(min(0.5, options.seconds), options.at_once)
    crowd.drain()
    before = [cpu_seconds([pid]) for pid in server.web_pids]
    with spending(server.pids) as spent:
        count, elapsed = crowd.run(options.seconds, options.at_once)
    used = [cpu_seconds([pid]) - start for pid, start in zip(server.web_pids, before, strict=True)]
    crowd.settle()
    name = f"room of {options.doubled:,}, "
    results.note(name + "deliveries a second", server.name, count / elapsed, compares=True)
    results.note(name + "the same by CPU time", server.name, count / max(used), compares=True)
    results.note(name + "CPU each, us", server.name, spent.server / count * 1e6, ".1f")
    results.note(name + "load's core", server.name, spent.generator / elapsed, ".0%")
    results.note(name + "heard out of order by those checked", server.name, crowd.overtaken)
    crowd.overtaken = 0
    busy = (spent.server + spent.generator) / elapsed / (os.cpu_count() or 1)
    results.note(name + "both on all cores", server.name, busy, ".0%")
    return spent.generator / elapsed
