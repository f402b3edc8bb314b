"""Rows of the database as JSON Lines in a zip file."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zipfile import ZipFile

from sqlalchemy import Column, ColumnElement, Table, select

from pulse.core.schemas import rfc3339
from pulse.extensions import db, socketio

BATCH = 500  # rows read at once; in between others have their turn


def rows(
    table: Table, condition: ColumnElement[bool], columns: Sequence[Column[Any]] = ()
) -> Iterator[dict[str, Any]]:
    """The rows of a table that meet a condition, in the order of its key."""
    query = select(*(columns or table.c)).where(condition).order_by(*table.primary_key.columns)
    for some in db.session.execute(query.execution_options(yield_per=BATCH)).partitions():
        for row in some:
            yield dict(row._mapping)
        socketio.sleep(0)


def write_lines(archive: ZipFile, name: str, lines: Iterator[dict[str, Any]]) -> int:
    """Write a file of the archive, a JSON object on each line; returns how many."""
    count = 0
    with archive.open(name, "w", force_zip64=True) as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, default=_plain).encode() + b"\n")
            count += 1
    return count


def _plain(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)
