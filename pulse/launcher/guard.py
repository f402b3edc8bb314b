"""Ends the launcher's children once the launcher stops, or dies without a word.

It runs as a process of its own, leads the group that all children are in, and reads a pipe that only the
launcher holds: when that closes, it ends the group. It is started by path, without the package, so it
stays small; it therefore imports nothing of Pulse.
"""

import fcntl
import os
import signal
import sys
import time
from pathlib import Path

# An RQ worker finishes its job on the first SIGTERM and gives the job up on the second.
STEPS = ((signal.SIGTERM, 4.0), (signal.SIGTERM, 2.0))


def acquire(path: Path, seconds: float = 0) -> int | None:
    """Take the exclusive lock on a file, waiting at most so long.

    Returns the descriptor that holds it, or None. A process that inherits the descriptor holds it too,
    and the operating system releases it when the last holder is gone, however that one ended.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                return None
            time.sleep(0.05)


def main(lock: Path) -> None:
    """Wait for the end of standard input, then end this process's group; `lock` is free when it is empty."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    for number, seconds in STEPS:
        os.killpg(0, number)
        if acquire(lock, seconds) is not None:
            return
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
