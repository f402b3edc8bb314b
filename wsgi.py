"""The web process: `python wsgi.py`. One per core; they share the port."""

import warnings

with warnings.catch_warnings():  # eventlet announces its retirement on every import; we know
    warnings.simplefilter("ignore")
    import eventlet

eventlet.monkey_patch()

import gc
import os
import signal
import sys

import eventlet.wsgi

from pulse.analytics import request_log
from pulse.app import create_app, start_background, wires
from pulse.config import load
from pulse.wire.http import Protocol

settings = load(socketio_async_mode="eventlet")
app = create_app(settings)
start_background(app)

MOST_CONNECTIONS = 100_000  # without the wire each open socket holds one of the server's greenlets


def stop(number: int, frame: object) -> None:
    """Write what requests have left in memory, then end as the signal would. Another signal ends at once."""

    def leave() -> None:
        request_log.write(app)
        os.kill(os.getpid(), number)

    signal.signal(number, signal.SIG_DFL)
    eventlet.spawn_n(leave)


def main() -> None:
    """Serve until stopped."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        listener = eventlet.listen(
            (settings.host, settings.port), settings.address_family, backlog=1024, reuse_port=True
        )
    except OSError as error:
        sys.exit(f"Pulse cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    # What is there now stays. To look through it holds up every client for a tenth of a second each time.
    gc.collect()
    gc.freeze()
    protocol = Protocol if wires(settings) else eventlet.wsgi.HttpProtocol
    eventlet.wsgi.server(
        listener, app, max_size=MOST_CONNECTIONS, log_output=False, debug=False, protocol=protocol
    )


if __name__ == "__main__":
    main()
