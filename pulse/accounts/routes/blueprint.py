"""The blueprint of all account routes."""

from apiflask import APIBlueprint

bp = APIBlueprint("accounts", __name__, tag="Accounts")
