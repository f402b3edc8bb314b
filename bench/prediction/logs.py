"""Logs of messages: CSV `timestamp, conversation, sender`."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

HEAD = ("timestamp", "conversation", "sender")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadLog(Exception):
    """The log cannot be read; says where and why."""


@dataclass(frozen=True, slots=True)
class Message:
    at: datetime  # aware, in the sender's zone where the log tells it
    conversation: str
    sender: str


def read(lines: Iterable[str], name: str = "log") -> list[Message]:
    """All messages in time order (those of one moment in the log's order)."""
    messages = list(_messages(lines, name))
    if not messages:
        raise BadLog(f"{name}: no messages")
    messages.sort(key=lambda message: message.at)
    return messages


def _messages(lines: Iterable[str], name: str) -> Iterator[Message]:
    rows = csv.reader(lines, skipinitialspace=True)
    first = True
    try:
        for row in rows:
            cells = [cell.strip().removeprefix("\ufeff") for cell in row]
            if not any(cells):
                continue
            is_head = first and tuple(cell.lower() for cell in cells[:3]) == HEAD
            first = False
            if not is_head:
                yield _message(cells, f"{name}, line {rows.line_num}")
    except csv.Error as error:
        raise BadLog(f"{name}, line {rows.line_num}: {error}") from error
    except UnicodeDecodeError as error:
        raise BadLog(f"{name}, after line {rows.line_num}: not UTF-8 ({error.reason})") from error


def _message(cells: list[str], place: str) -> Message:
    if len(cells) < 3:
        raise BadLog(f"{place}: {len(cells)} of 3 columns; expected timestamp, conversation, sender")
    stamp, conversation, sender = cells[:3]
    for what, cell in zip(HEAD, (stamp, conversation, sender), strict=True):
        if not cell:
            raise BadLog(f"{place}: no {what}")
    return Message(_moment(stamp, place), conversation, sender)


def _moment(text: str, place: str) -> datetime:
    """ISO 8601 (without an offset: UTC) or seconds since 1970."""
    try:
        moment = EPOCH + timedelta(seconds=float(text))
    except OverflowError:
        moment = None
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadLog(f"{place}: {text!r} is neither ISO 8601 nor seconds since 1970") from None
    if moment is None or not 1 < moment.year < 9999:  # so that each moment exists in every zone
        raise BadLog(f"{place}: {text!r} is no moment of this calendar (milliseconds?)")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
