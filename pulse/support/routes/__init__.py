"""REST for the desk. A ticket that one may not see does not exist."""

from pulse.support.routes import agents, rooms, settings, widgets
from pulse.support.routes.blueprint import bp

__all__ = ["agents", "bp", "rooms", "settings", "widgets"]
