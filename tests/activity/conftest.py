"""The people and channels of the conversations' tests."""

from tests.conversations.conftest import team

__all__ = ["team"]
