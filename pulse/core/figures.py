"""Figures that operators see, in the health check and as metrics. `wiring.py` names those of the domains."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import structlog
from flask import Flask, current_app
from sqlalchemy import text

from pulse.extensions import db

log = structlog.get_logger(__name__)

Value = int | Mapping[str, int]
SECONDS = 2  # for all figures together; what would come later is left out


@dataclass(frozen=True)
class Figure:
    """A number, or one per value of `label`. `read` may use the database, but not write."""

    name: str
    meaning: str
    read: Callable[[], Value]
    label: str = ""


@dataclass(frozen=True)
class Figures:
    """What `bind` was told."""

    figures: Sequence[Figure] = ()
    features: tuple[str, ...] = ()


def bind(app: Flask, figures: Sequence[Figure], features: Sequence[str]) -> None:
    """Name the figures of an app, and the features that it has."""
    app.extensions["pulse.figures"] = Figures(figures, tuple(features))


def bound() -> Figures:
    """What was bound to the app that is active now."""
    return cast(Figures, current_app.extensions.get("pulse.figures", Figures()))


def read_all() -> dict[str, Value | None]:
    """Every figure by name; None for one that could not be read in time. Never raises."""
    deadline = time.monotonic() + SECONDS
    return {figure.name: _read(figure, deadline - time.monotonic()) for figure in bound().figures}


def _read(figure: Figure, seconds: float) -> Value | None:
    if seconds <= 0:
        return None
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000) + 1}"))
        return figure.read()
    except Exception as error:
        log.warning("figure not read", figure=figure.name, error=str(error))
        return None
    finally:
        db.session.rollback()
