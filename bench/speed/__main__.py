"""Pulse beside its peers, each doing the same job, in one run: medians of rounds in turn.

`python -m bench.speed` prints a Markdown table for each measure. The peers must have been installed with
`python -m bench.peers`; `--peers none` measures Pulse alone.
"""

import argparse
import resource
import signal
import sys
from collections.abc import Callable

from bench.heartbeat import heartbeats
from bench.machine import describe
from bench.results import Results
from bench.servers import PULSE, UNJOINED, missing, peers
from bench.speed.fanout import fanout, latency
from bench.speed.mass import mass
from bench.speed.options import Options
from bench.speed.two import TWO, two


def beats(options: Options) -> Results:
    """Heartbeats over sockets and REST."""
    return heartbeats(options.rounds, options.seconds, options.beaters, options.beats_at_once, options.peers)


MEASURES: dict[str, Callable[[Options], Results]] = {
    "fanout": fanout,
    "latency": latency,
    "heartbeats": beats,
    "mass": mass,
    "two": two,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    keys = [peer.key for peer in peers()]
    parser.add_argument("--only", default=",".join(MEASURES), help="of " + ", ".join(MEASURES))
    parser.add_argument("--peers", default=",".join(keys), help="of " + ", ".join(keys) + "; or none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 500, 2000], help="of rooms")
    parser.add_argument("--at-once", type=int, default=64, help="messages on their way")
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second, for latency")
    parser.add_argument("--paced", type=int, default=500, help="members of the room, for latency")
    parser.add_argument("--beaters", type=int, default=1000, help="sockets that beat")
    parser.add_argument("--beats-at-once", type=int, default=200)
    parser.add_argument("--idle", type=int, nargs="+", default=[1000, 5000], help="connections")
    parser.add_argument("--missed", type=int, default=10, help="messages to catch up with")
    parser.add_argument("--doubled", type=int, default=2000, help="members of two processes' room")
    given = vars(parser.parse_args())
    measures = [name for name in given.pop("only").split(",") if name]
    chosen = [key for key in given.pop("peers").split(",") if key != "none"]
    for known, named in ((MEASURES, measures), (keys, chosen)):
        if unknown := set(named) - set(known):
            parser.error(f"there is no {', '.join(sorted(unknown))}")
    if absent := missing(chosen):
        parser.error(f"not installed: {', '.join(absent)}; run python -m bench.peers")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(describe(), flush=True)
    options = Options(peers=chosen, **given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whoever stops it stops the servers too
    faults = []
    for name in measures:
        results = MEASURES[name](options)
        print(f"\n## {name}\n\n{results.report([PULSE, UNJOINED, TWO])}", flush=True)
        faults += results.faults
    if faults:
        sys.exit("\nNOT RIGHT:\n" + "\n".join(faults))


if __name__ == "__main__":
    main()
