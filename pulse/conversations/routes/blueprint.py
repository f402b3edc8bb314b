"""The blueprint of all routes of conversations."""

from apiflask import APIBlueprint

bp = APIBlueprint("conversations", __name__, tag="Conversations")
