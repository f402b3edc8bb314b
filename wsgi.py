"""The web process: `python wsgi.py`. One per core; they share the port."""

import warnings

with warnings.catch_warnings():  # eventlet announces its retirement on every import; we know
    warnings.simplefilter("ignore")
    import eventlet

eventlet.monkey_patch()

import sys

import eventlet.wsgi

from pulse.app import create_app, start_background
from pulse.config import load

settings = load(socketio_async_mode="eventlet")
app = create_app(settings)
start_background(app)

MOST_CONNECTIONS = 100_000  # each open socket holds one of the server's greenlets


def main() -> None:
    """Serve until stopped."""
    try:
        listener = eventlet.listen(
            (settings.host, settings.port), settings.address_family, backlog=1024, reuse_port=True
        )
    except OSError as error:
        sys.exit(f"Pulse cannot listen on {settings.host}:{settings.port}: {error.strerror}")
    eventlet.wsgi.server(listener, app, max_size=MOST_CONNECTIONS, log_output=False, debug=False)


if __name__ == "__main__":
    main()
