"""The local mailbox: mails of a maildir, newest first."""

import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_binary_file
from email.utils import parsedate_to_datetime
from pathlib import Path

MOST_MAILS = 50
LINK = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])")


@dataclass(frozen=True)
class Mail:
    """One mail. `parts` is its text cut into (text, whether it is a link)."""

    subject: str
    to: str
    sent_at: datetime | None
    parts: list[tuple[str, bool]]


def read_mails(folder: str) -> list[Mail]:
    """The newest mails of a maildir; none if it does not exist yet."""
    paths = [path for part in ("new", "cur") for path in Path(folder, part).glob("*")]
    newest = sorted(paths, key=lambda path: path.stat().st_mtime_ns, reverse=True)[:MOST_MAILS]
    return [_read(path) for path in newest]


def _read(path: Path) -> Mail:
    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=email.policy.default)
    body = message.get_body(("plain",))
    text = str(body.get_content()).strip() if body else ""
    return Mail(
        subject=str(message["subject"] or ""),
        to=str(message["to"] or ""),
        sent_at=parsedate_to_datetime(message["date"]) if message["date"] else None,
        parts=[(part, bool(LINK.fullmatch(part))) for part in LINK.split(text) if part],
    )
