"""The launcher's child processes: start, watch, start again, and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from pulse.config import ROOT, folder_in_use
from pulse.launcher import guard

RESTARTS_PER_MINUTE = 5
GRACE = 4.0  # seconds for a quiet end; then the guard ends what is left


@dataclass
class Child:
    """One long-running process and what it takes to start it again."""

    name: str
    command: Sequence[str]
    folder: Path
    process: subprocess.Popen[str]
    ends: list[float] = field(default_factory=list)
    due: float | None = None  # when to start it again; None while it runs


class Family:
    """All processes of one launcher, in one process group. Leaving the `with` block ends them."""

    def __init__(self, folder: Path) -> None:
        """Claim the instance folder. Raises SystemExit with a sentence if it cannot be had."""
        with folder_in_use(folder):
            claim = guard.acquire(folder / "launcher.lock")
        if claim is None:
            raise SystemExit(
                f"Pulse is already running in {folder}. Stop it, or choose another INSTANCE_PATH."
            )
        self._lock_path = folder / "family.lock"
        lock = guard.acquire(self._lock_path, seconds=15)  # a killed launcher's children need a moment
        if lock is None:
            raise SystemExit(
                f"Processes of an earlier start are still ending in {folder}. Try again in a minute."
            )
        self._claim, self._lock = claim, lock
        self._children: list[Child] = []
        self.environment: dict[str, str] = {**os.environ, "PYTHONUNBUFFERED": "1"}

    def __enter__(self) -> Self:
        self._guard = subprocess.Popen(
            [sys.executable, "-I", guard.__file__, str(self._lock_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            process_group=0,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        deadline = time.monotonic() + GRACE
        for child in reversed(self._children):  # what others lean on was started first
            child.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0, deadline - time.monotonic()))
        os.close(self._lock)  # what is left of it is in the children
        if self._guard.poll() is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._guard.pid, signal.SIGKILL)
        self._guard.communicate()  # closes its standard input, which is its signal
        for child in self._children:
            child.process.wait()
        os.close(self._claim)

    def run(self, name: str, command: Sequence[str]) -> str:
        """Run a command to its end and return what it wrote to standard output.

        Raises SystemExit with a sentence if it fails.
        """
        process = self._spawn(command, ROOT, stdout=subprocess.PIPE)
        output, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{name} failed: {_ending(process.returncode)}.\n{output}".rstrip())
        return output

    def start(self, name: str, command: Sequence[str], folder: Path = ROOT) -> None:
        """Start a process that runs as long as the launcher does, with `folder` as its working folder."""
        self._children.append(Child(name, command, folder, self._spawn(command, folder)))

    def await_ready(self, name: str, is_ready: Callable[[], bool], seconds: float = 120) -> None:
        """Wait until `is_ready` says so. Raises SystemExit if time runs out or a process ends first."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            for child in self._children:
                if child.process.poll() is not None:
                    raise SystemExit(
                        f"{child.name} ended while starting: {_ending(child.process.returncode)}."
                    )
            if time.monotonic() > deadline:
                raise SystemExit(f"{name} was not ready within {seconds:.0f} seconds.")
            time.sleep(0.1)

    def watch(self) -> None:
        """Start again what ends, with growing pauses. Raises SystemExit when that does not help."""
        while self._guard.poll() is None:
            for child in self._children:
                self._tend(child, time.monotonic())
            time.sleep(0.2)
        raise SystemExit("The guard process ended, so Pulse stops.")

    def _tend(self, child: Child, now: float) -> None:
        if child.due is not None:
            if now >= child.due:
                child.process, child.due = self._spawn(child.command, child.folder), None
        elif child.process.poll() is not None:
            ending = _ending(child.process.returncode)
            child.ends = [end for end in child.ends if end > now - 60]
            if len(child.ends) == RESTARTS_PER_MINUTE:
                raise SystemExit(f"{child.name} keeps ending ({ending}), so Pulse stops.")
            pause = 0.5 * 2 ** len(child.ends)
            child.ends.append(now)
            child.due = now + pause
            print(
                f"{child.name} ended ({ending}); starting it again in {pause:g} s.",
                file=sys.stderr,
                flush=True,
            )

    def _spawn(
        self, command: Sequence[str], folder: Path, stdout: int | None = None
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            text=True,
            process_group=self._guard.pid,
            pass_fds=[self._lock],
        )


def _ending(code: int) -> str:
    return f"exit status {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
