"""What belongs to the running app, for code that must not import Flask."""

from dataclasses import dataclass, field
from typing import Any, cast

from flask import current_app

from pulse.config import Settings
from pulse.core.wires import Wiring


@dataclass(eq=False)
class Context:
    """Settings and event wiring of one app."""

    settings: Settings
    wiring: Wiring = field(default_factory=Wiring)


def context() -> Context:
    """The context of the app that is active now."""
    return cast(Context, cast(Any, current_app).extensions["pulse"])


def settings() -> Settings:
    """The settings of the app that is active now."""
    return context().settings
