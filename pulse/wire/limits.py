"""What one client may cost this process, and how many were let go because they cost more."""

from collections import Counter

import structlog

log = structlog.get_logger(__name__)

MESSAGE_BYTES = 1_000_000  # of a message, all its fragments together
FRAGMENTS = 1000  # of a message
OWED_EVENTS = 256  # waiting for a client that does not read
OWED_BYTES = 1_000_000
UNHEARD_BYTES = 256 * 1024  # taken from a client whose last events are still being handled
CONNECT_SECONDS = 10  # from the handshake to the first namespace, and for an upgrade
GOODBYE_SECONDS = 5  # for a client to close after it was told to
HEADER_SECONDS = 15  # from the first byte of a request, or from connecting, to the end of its headers
IDLE_SECONDS = 75  # between two requests on one connection
PAYLOAD_PACKETS = 100  # in one body of long polling

REASONS = ("slow", "silent")
let_go: Counter[str] = Counter()  # connections, by reason


def note(reason: str, **facts: object) -> None:
    """Count and log a connection that is let go."""
    let_go[reason] += 1
    log.warning("connection let go", reason=reason, **facts)
