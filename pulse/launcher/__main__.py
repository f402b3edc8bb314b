"""Run all of Pulse until SIGINT or SIGTERM: see the package's docstring."""

import http.client
import json
import signal
import socket
import sys
from textwrap import indent
from types import FrameType

from pulse.config import Settings, load
from pulse.launcher.embedded import start_mailbox, start_redis
from pulse.launcher.family import Family

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FLASK = [sys.executable, "-m", "flask", "--app", "pulse"]


def main() -> None:
    """Start everything in order, print where it is, watch it. Ends with SystemExit."""
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup keeps its meaning
            signal.signal(number, _stop)
    settings = load()
    configured = Settings()
    with Family(settings.instance_path) as family:
        port = _free_port(settings)
        family.environment["PORT"] = str(port)
        has_mailbox = not configured.mail_server and settings.pulse_env != "production"
        if not configured.redis_url:
            start_redis(family, settings.instance_path)
        if has_mailbox:
            start_mailbox(family, settings.instance_path)
        family.run("The migration of the database", [*FLASK, "db", "upgrade"])
        sign_ins = (
            family.run("Loading the demo data", [*FLASK, "pulse", "demo"]) if settings.pulse_demo else ""
        )
        family.start("web", [sys.executable, "wsgi.py"])
        family.start("worker", [sys.executable, "worker.py"])
        family.await_ready("Pulse", lambda: _is_healthy(settings.local_host, port))
        site = load(port=port).site
        print(f"\nPulse runs at {site}")
        if sign_ins:
            print(f"Sign in there as one of these (name, password, role):\n\n{indent(sign_ins, '  ')}")
        if has_mailbox:
            print(f"Mail that it sends is at {site}/mailbox")
        if sign_ins and settings.pulse_env != "production":
            print(f"A page with the widget of the support desk is at {site}/demo")
        print(f"Its data is in {settings.instance_path}. Ctrl-C stops everything.\n", flush=True)
        family.watch()


def _stop(number: int, frame: FrameType | None) -> None:
    for other in STOPPING:
        signal.signal(other, signal.SIG_IGN)  # once is enough
    raise SystemExit(130 if number == signal.SIGINT else 0)


def _free_port(settings: Settings) -> int:
    """The port to listen on, any if the settings say 0. Raises SystemExit if it is not to be had."""
    with socket.socket(settings.address_family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            reason = f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
            raise SystemExit(reason) from None
        return int(probe.getsockname()[1])


def _is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/api/health/")
        return bool(json.loads(connection.getresponse().read())["status"] == "healthy")
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
