"""The blueprint that the modules beside it fill."""

from apiflask import APIBlueprint

bp = APIBlueprint("support", __name__, tag="Support")
