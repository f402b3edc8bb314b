"""REST of accounts."""

from pulse.accounts.routes import administration, profile, registration, sessions, signing_in
from pulse.accounts.routes.blueprint import bp

__all__ = ["administration", "bp", "profile", "registration", "sessions", "signing_in"]
