"""Pulse as it runs: real web and worker processes for tests with sockets and browsers."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pulse.config import ROOT
from pulse.launcher.embedded import free_port
from tests.support.servers import wait_until


class Process:
    """A child process whose output goes to a log file."""

    def __init__(self, script: str, environment: dict[str, str], log: Path) -> None:
        self.script, self.environment, self.log = script, environment, log
        self.popen: subprocess.Popen[bytes] | None = None
        self._file: IO[bytes] | None = None

    def start(self) -> None:
        self._file = self.log.open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, self.script],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=self._file,
            stderr=self._file,
            stdin=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def stop(self, sig: int = signal.SIGTERM) -> None:
        if self.popen and self.popen.poll() is None:
            self.popen.send_signal(sig)
            self.popen.wait(10)
        if self._file:
            self._file.close()


class Web(Process):
    """One web process on a port of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__("wsgi.py", {**environment, "PORT": str(self.port), "PUBLIC_URL": self.url}, log)

    def start(self) -> None:
        super().start()
        wait_until(self.answers, 90)

    def answers(self) -> bool:
        assert self.popen
        assert self.popen.poll() is None, self.log.read_text()[-3000:]
        try:
            with urllib.request.urlopen(f"{self.url}/api/health/", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """A REST call; returns status and parsed body."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else None

    def sign_in(self, username: str, password: str = "correct horse battery") -> dict[str, Any]:
        status, body = self.call("POST", "/api/login/", {"username": username, "password": password})
        assert status == 200, body
        return body


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Start processes, and end them whatever happens."""
    try:
        for process in processes:
            process.start()
        yield
    finally:
        for process in reversed(processes):
            process.stop(signal.SIGKILL)
