"""How often one may try whom one can write to."""

import pytest

from pulse import create_app
from pulse.core.context import settings
from pulse.extensions import limiter
from tests.conversations.conftest import Team


@pytest.mark.parametrize(
    ("path", "body", "most"),
    [
        ("/api/conversations/", {"username": "nobody"}, 60),
        ("/api/messages/", {"other_username": "nobody", "body": "x"}, 600),
    ],
)
def test_names_are_not_guessed_without_end(team: Team, path: str, body: dict[str, str], most: int) -> None:
    limited = create_app(settings().model_copy(update={"ratelimit_enabled": True}))
    limiter.enabled = True
    token = {"Authorization": f"Bearer {team.ann.token}"}
    try:
        client = limited.test_client()
        found = [client.post(path, json=body, headers=token).status_code for _ in range(most + 1)]
    finally:
        limiter.enabled = False
    assert found == [404] * most + [429]
