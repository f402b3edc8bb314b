"""Pure decisions about conversations and messages."""

import re
from enum import StrEnum

BODY_MAX = 8000  # characters
CLIENT_ID_MAX = 64
ATTACHMENTS_PER_MESSAGE = 10
REACTIONS_PER_MESSAGE = 50  # different emoji
MENTIONS_PER_MESSAGE = 50
MEMBERS_PER_REQUEST = 200
SNIPPET = 140  # characters
TYPING_LASTS = 5  # seconds

MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9._-]*[A-Za-z0-9_-])")
CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_ALL = frozenset({"channel", "here", "everyone"})


class MessageKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    FILE = "file"
    EVENT = "event"


def mentions(body: str) -> tuple[set[str], bool]:
    """Who is mentioned outside code: usernames in lower case, and whether everybody is (`@channel`)."""
    names = [name.lower() for name in MENTION.findall(CODE.sub(" ", body))]
    people = list(dict.fromkeys(name for name in names if name not in _ALL))
    return set(people[:MENTIONS_PER_MESSAGE]), any(name in _ALL for name in names)


def snippet(body: str) -> str:
    """A message in one line, for lists and notifications."""
    line = " ".join(body.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"


def unread(last_seq: int, read_seq: int) -> int:
    """How many messages a member has not read."""
    return max(0, last_seq - read_seq)
