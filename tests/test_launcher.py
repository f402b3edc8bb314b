"""`python -m pulse.launcher`, which is what `make run` ends in: real processes in a new instance folder."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from pulse.config import ROOT
from pulse.launcher.embedded import free_port
from pulse.launcher.family import Family
from tests.support.servers import wait_until

pytestmark = pytest.mark.timeout(400)  # each start is five Python processes, beside other tests

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "MAIL_SERVER",
    "MAIL_PORT",
    "MAILBOX_PATH",
    "PUBLIC_URL",
    "PULSE_DEMO",
    "PULSE_ENV",
)


class Launcher:
    """One run of the launcher, its output in a file."""

    def __init__(self, instance: Path, port: int, **settings: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = instance.with_name(f"{instance.name} {os.urandom(3).hex()}.log")
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pulse.launcher"],
            cwd=ROOT,
            env={**environment, "INSTANCE_PATH": str(instance), "PORT": str(port), **settings},
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_ready(self) -> None:
        wait_until(lambda: "Pulse runs at" in self.output or self.process.poll() is not None, 150)
        assert self.process.poll() is None, self.output

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def end(self, number: int) -> int:
        """Send a signal and return the exit status. Everything that it started must be gone then."""
        started = self.children()
        self.process.send_signal(number)
        status = self.process.wait(20)
        assert alive(started) == []
        return status

    def is_healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/api/health/", timeout=10).json()["status"] == "healthy"
        except requests.RequestException:
            return False

    def sign_in(self) -> requests.Session:
        """Sign in as the demo's admin, as printed."""
        match = re.search(r"^ +(admin) +(\S+) +admin$", self.output, re.MULTILINE)
        assert match, self.output
        session = requests.Session()
        answer = session.post(
            f"{self.url}/api/login/", json={"username": match[1], "password": match[2]}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        session.cookies.clear()
        return session


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "an instance"


@pytest.fixture
def launch(instance: Path) -> Iterator[Callable[..., Launcher]]:
    """Start launchers; whatever a failed test left behind is ended."""
    runs: list[Launcher] = []

    def start(port: int | None = None, **settings: str) -> Launcher:
        runs.append(Launcher(instance, free_port() if port is None else port, **settings))
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end(signal.SIGTERM)


def test_it_runs_everything_and_finds_its_data_again(launch, instance):
    first = launch()
    first.wait_ready()
    assert f"Pulse runs at {first.url}" in first.output
    assert f"{first.url}/mailbox" in first.output
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    assert stat.S_IMODE((instance / "redis.url").stat().st_mode) == 0o600
    assert first.is_healthy()
    person = first.sign_in()
    assert person.put(f"{first.url}/api/profile/", json={"first_name": "Persistent"}, timeout=10).ok

    refused = launch()
    assert refused.process.wait(30) == 1
    assert f"Pulse is already running in {instance}" in refused.output
    assert first.end(signal.SIGTERM) == 0

    second = launch()
    second.wait_ready()
    profile = second.sign_in().get(f"{second.url}/api/profile/", timeout=10).json()
    assert profile["first_name"] == "Persistent"
    assert second.end(signal.SIGINT) == 130
    assert "redis is down" not in second.output


def test_what_dies_comes_back(launch):
    run = launch(PULSE_DEMO="0")
    run.wait_ready()
    parts = ("wsgi.py", "worker.py", "-server ")
    victims = [child for child in run.children() if any(part in " ".join(child.cmdline()) for part in parts)]
    assert len(victims) == 3
    for victim in victims:
        victim.kill()
    for name in ("web", "worker", "redis"):
        wait_until(lambda name=name: f"{name} ended (signal SIGKILL)" in run.output)
    wait_until(run.is_healthy, 60)
    assert run.end(signal.SIGTERM) == 0


def test_children_end_with_a_killed_launcher_and_the_next_start_copes(launch):
    run = launch(PULSE_DEMO="0")
    run.wait_ready()
    children = run.children()
    run.process.kill()
    again = launch(PULSE_DEMO="0")
    again.wait_ready()
    assert alive(children) == []
    assert again.end(signal.SIGTERM) == 0


def test_a_busy_port_is_one_sentence(launch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        run = launch(port)
        assert run.process.wait(30) == 1
        assert (
            run.output.splitlines()[-1] == f"Cannot listen on 127.0.0.1 port {port}: Address already in use."
        )


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1"])
def test_a_host_of_another_machine_is_one_sentence(launch, host):
    run = launch(0, HOST=host)
    assert run.process.wait(30) == 1
    assert len(run.output.splitlines()) == 1
    assert run.output.startswith(f"Cannot listen on {host} port 0: ")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("::1", r"http://\[::1\]"),
        pytest.param("0.0.0.0", "http://127.0.0.1", marks=pytest.mark.full),
        pytest.param("localhost", "http://localhost", marks=pytest.mark.full),
    ],
)
def test_any_host_of_this_machine_and_any_port(launch, host, site):
    run = launch(0, HOST=host, PULSE_DEMO="0")
    run.wait_ready()
    match = re.search(rf"^Pulse runs at ({site}:\d+)$", run.output, re.MULTILINE)
    assert match, run.output
    assert requests.get(f"{match[1]}/sign-in", timeout=10).status_code == 200
    assert run.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("obstacle", ["", "launcher.lock/x", "secrets.json/x"])
def test_a_folder_that_cannot_be_used_is_one_sentence(launch, instance, obstacle):
    if obstacle:
        (instance / obstacle).mkdir(parents=True)
    else:
        instance.write_text("a file")
    run = launch()
    assert run.process.wait(30) == 1
    assert len(run.output.splitlines()) == 1
    assert f"cannot use the folder {instance}: " in run.output


def test_production_gets_its_folder_too(tmp_path):
    with Family(tmp_path / "new" / "folder"):
        assert stat.S_IMODE((tmp_path / "new" / "folder").stat().st_mode) == 0o700


def test_a_bad_setting_is_one_sentence(launch):
    run = launch(REDIS_URL="http://localhost")
    assert run.process.wait(30) == 1
    assert run.output == "Pulse cannot start. REDIS_URL: must begin with redis://, rediss:// or unix://\n"


def test_a_part_that_cannot_start_is_told_and_all_end(tmp_path):
    before = psutil.Process().children()
    with Family(tmp_path) as family:
        family.start("one", ["sleep", "60"])
        family.start("other", ["sh", "-c", "exit 3"])
        started = [child for child in psutil.Process().children() if child not in before]
        with pytest.raises(SystemExit, match="other ended while starting: exit status 3"):
            family.await_ready("all", lambda: False, 10)
    assert alive(started) == []


def test_a_failing_command_is_told_with_its_output(tmp_path):
    with (
        Family(tmp_path) as family,
        pytest.raises(SystemExit, match=r"The trial failed: exit status 4\.\nwhy"),
    ):
        family.run("The trial", ["sh", "-c", "echo why; exit 4"])


@pytest.mark.full
def test_a_part_that_keeps_ending_stops_all(tmp_path):
    with Family(tmp_path) as family:
        family.start("part", ["false"])
        with pytest.raises(SystemExit, match="part keeps ending"):
            family.watch()


@pytest.mark.full
def test_a_child_that_ignores_sigterm_is_killed(tmp_path):
    before = psutil.Process().children()
    with Family(tmp_path) as family:
        family.start("stubborn", ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"])
        started = [child for child in psutil.Process().children() if child not in before]
    assert alive(started) == []
