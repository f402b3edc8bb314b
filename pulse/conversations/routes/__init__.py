"""REST of conversations."""

from pulse.conversations.routes import attachments, blocks, channels, conversations, messages, search
from pulse.conversations.routes.blueprint import bp

__all__ = ["attachments", "blocks", "bp", "channels", "conversations", "messages", "search"]
