"""Fields that several wire formats of conversations share."""

import re
from typing import Annotated, Any

import emoji
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from pulse.conversations import rules

Id = Annotated[int, Field(ge=1, lt=2**53, examples=[12])]
MAX_SEQ = 2**31 - 1
Seq = Annotated[int, Field(ge=0, le=MAX_SEQ, examples=[42])]


def _trim(text: str) -> str:
    """A message without empty lines around it; spaces in front of its first word may mean something."""
    return re.sub(r"\A(?:[ \t]*\r?\n)+", "", text).rstrip()


def _one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


def _channel_name(name: str) -> str:
    return name.removeprefix("#").strip() or name


def _emoji(text: str) -> str:
    if not emoji.is_emoji(text):
        raise ValueError("That is no emoji.")
    return text


Body = Annotated[
    str,
    StringConstraints(strip_whitespace=False, max_length=rules.BODY_MAX),
    AfterValidator(_trim),
    Field(description="Markdown: bold, code, links, quotes, lists.", examples=["Hello everyone!"]),
]
ClientId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=rules.CLIENT_ID_MAX,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="Names the message, uniquely for its sender: a repeat gets the same message back.",
        examples=["c5a1f2-17"],
    ),
]
ChannelName = Annotated[
    str,
    BeforeValidator(_one_line),
    AfterValidator(_channel_name),
    Field(min_length=1, max_length=80, examples=["general"]),
]
Topic = Annotated[
    str, BeforeValidator(_one_line), Field(max_length=500, examples=["What concerns all of us"])
]
Emoji = Annotated[str, AfterValidator(_emoji), Field(min_length=1, max_length=32, examples=["👍"])]
Username = Annotated[str, Field(min_length=1, max_length=50, examples=["bob"])]
