"""How long a sweep takes when exactly 1,000 users are due, of 10,000, 100,000 and 1,000,000 who are alive.

`python -m bench.sweep` fills a Redis and a SQLite database for each size, then sweeps them in turn, round by
round. Prints a Markdown table: the sweep (found, decided, told), and the recording of its changes in history.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.figures import Figure, table
from bench.machine import assign_cores, cpu_seconds, describe
from bench.world import World, add_users, new_world
from pulse.core import clock
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.extensions import store
from pulse.presence import live, service
from pulse.presence.state import Copy
from tests.support.servers import wait_until

SILENCE = 2000  # milliseconds after which those who are to be due count as gone
DAY = 24 * 3600 * 1000
BATCH = 10_000

# Inside Redis: copy user 1 and their timer to the users of a range, except to those who are there already.
MULTIPLY = """
local users, due, timer = ARGV[1], ARGV[2], ARGV[3]
local at, device = redis.call('ZSCORE', due, timer), string.match(timer, ':.*')
for id = ARGV[4], ARGV[5] do
  if redis.call('COPY', users .. '1', users .. id) == 1 then
    redis.call('HSET', users .. id, 'name', 'user' .. id)
    redis.call('ZADD', due, at, id .. device)
  end
end
"""


@dataclass
class Population:
    """So many users who are alive, and those of them who fall silent in each round."""

    world: World
    size: int
    silent: range
    sweeps: list[float] = field(default_factory=list)  # milliseconds, as the next three
    sweep_costs: list[float] = field(default_factory=list)  # CPU time, with Redis
    recordings: list[float] = field(default_factory=list)
    recording_costs: list[float] = field(default_factory=list)
    load_seconds: float = 0.0
    memory: float = 0.0  # bytes that Redis uses

    def load(self) -> None:
        """Bring one user and the silent ones to life as Pulse does, the others as copies of that one."""
        started = time.perf_counter()
        add_users(self.size)
        live.load([_copy(1), *(_copy(id_, SILENCE) for id_ in self.silent)], DAY)
        (timer,) = live.due(clock.milliseconds() + 2 * DAY)[1]
        for start in range(2, self.size + 1, BATCH):
            last = min(start + BATCH - 1, self.size)
            store.client.eval(MULTIPLY, 0, f"{live.PREFIX}u:", live.DUE, timer, start, last)
        service.sweep()  # the first one on a Redis looks in SQL for whom it has lost: nobody
        wait_until(lambda: not store.client.info("persistence")["aof_rewrite_in_progress"], 300)
        assert store.client.zcard(live.DUE) == self.size - len(self.silent)
        self.memory = store.client.info("memory")["used_memory"]
        self.load_seconds = time.perf_counter() - started

    def round(self) -> None:
        """Let the silent ones beat once more, wait until they are due, and measure."""
        for id_ in self.silent:
            service.heartbeat(Identity(id_, id_, Role.USER), service.Beat("laptop", "web"))
        service.record()
        time.sleep(SILENCE / 1000)
        self._measure(service.sweep, self.sweeps, self.sweep_costs)
        self._measure(service.record, self.recordings, self.recording_costs)

    def _measure(self, work: Callable[[], int], times: list[float], costs: list[float]) -> None:
        redis = [self.world.redis.process.pid]
        started, used = time.perf_counter(), time.process_time() + cpu_seconds(redis)
        done = work()
        times.append((time.perf_counter() - started) * 1000)
        costs.append((time.process_time() + cpu_seconds(redis) - used) * 1000)
        assert done == len(self.silent), f"{done} users, not {len(self.silent)}"


def _copy(id_: int, silence: int = 0) -> Copy:
    """A user as SQL would tell of them. Without a `silence` they are away, and stay so for a day."""
    now = clock.milliseconds()
    return Copy(
        user_id=id_,
        rev=1,
        account="active",
        name=f"user{id_}",
        mail=f"user{id_}@example.org",
        full=f"User {id_}",
        text="",
        pic="",
        role=Role.USER,
        choice="auto",
        until=0,
        vis="shared",
        seen_ok=1,
        oa=silence,
        old_epoch=0,
        old_status="offline" if silence else "away",
        old_since=now,
        old_seen=now,
        sessions={id_: now + DAY},
    )


def run(sizes: Sequence[int], due: int, rounds: int) -> list[Population]:
    """Load all populations, then sweep them in turn."""
    with ExitStack() as stack:
        populations = []
        for size in sizes:
            world = stack.enter_context(new_world())
            population = Population(world, size, silent=range(size // due, size + 1, size // due)[:due])
            with world.app.app_context():
                population.load()
            populations.append(population)
        assign_cores([population.world.redis.process.pid for population in populations])
        for _ in range(rounds):
            for population in populations:
                with population.world.app.app_context():
                    population.round()
    return populations


def report(populations: Sequence[Population]) -> str:
    """The figures as a table, and what the size costs."""
    measured = {
        "sweep, ms": [Figure(p.sweeps) for p in populations],
        "sweep CPU, ms": [Figure(p.sweep_costs) for p in populations],
        "recording, ms": [Figure(p.recordings) for p in populations],
        "recording CPU, ms": [Figure(p.recording_costs) for p in populations],
    }
    rows = [
        [
            f"{p.size:,}",
            *(figures[place].text() for figures in measured.values()),
            f"{p.memory / 2**20:,.0f}",
            f"{p.load_seconds:,.0f}",
        ]
        for place, p in enumerate(populations)
    ]
    ratios = [f"{figures[-1].median / figures[0].median:.2f}x" for figures in measured.values()]
    return table(
        ["users alive", *measured, "Redis memory, MiB", "loading, s"],
        [*rows, ["largest / smallest", *ratios, "", ""]],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(describe(), flush=True)
    print(report(run(options.sizes, options.due, options.rounds)))


if __name__ == "__main__":
    main()
