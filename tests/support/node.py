"""Node with the project's browser modules in it, told what to do by a test, as a page is by Playwright."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from pulse.config import ROOT

SCRIPT = ROOT / "tests" / "delivery" / "actor.js"


def executable() -> str:
    """Where Node is: on the PATH, else beside Python, where the Makefile puts it."""
    found = shutil.which("node", path=f"{os.environ['PATH']}{os.pathsep}{Path(sys.executable).parent}")
    assert found, "Node is missing: `make test` brings it"
    return found


class Node:
    """A Node process. Use as a context; `kill()` ends it without a goodbye."""

    def __enter__(self) -> "Node":
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.process = subprocess.Popen(
            [executable(), "--unhandled-rejections=strict", str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def evaluate(self, source: str, arg: object = None, seconds: float = 30) -> Any:
        """Call a JavaScript function with `(world, arg)`; returns what it gives, or its promise."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"source": source, "arg": arg}) + "\n")
        self.process.stdin.flush()
        try:
            answer = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no answer within {seconds} s: {source}") from None
        assert "error" not in answer, f"{answer['error']}\nin: {source}"
        return answer["value"]

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.answers.put(json.loads(line))
        self.answers.put({"error": "Node has ended"})
