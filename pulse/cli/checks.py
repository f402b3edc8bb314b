"""Whether the parts answer on which Pulse leans."""

import smtplib
from collections.abc import Iterator

from pulse.core import probes
from pulse.core.context import settings

SECONDS = 5


def run() -> Iterator[tuple[str, str]]:
    """Name of each part, and what is wrong with it ("" for nothing)."""
    yield "database", "" if probes.database_answers() else "does not answer"
    yield "redis", "" if probes.redis_answers() else "does not answer"
    yield "mail", _mail_problem()


def _mail_problem() -> str:
    s = settings()
    if not s.mail_server:
        return "MAIL_SERVER is not set"
    connect = smtplib.SMTP_SSL if s.mail_use_ssl else smtplib.SMTP
    try:
        with connect(s.mail_server, s.mail_port, timeout=SECONDS) as server:
            if s.mail_use_tls:
                server.starttls()
            if s.mail_username:
                server.login(s.mail_username, s.mail_password)
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return f"{s.mail_server}:{s.mail_port} does not answer: {error}"
    return ""
