"""Every route and socket event about a workspace or a conversation, tried by everybody who may not see it.

What one may not see does not exist: the answer is the same as for an id that never was.
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask
from PIL import Image

from pulse.conversations import service
from pulse.core.identity import Identity
from pulse.core.openapi.events import client_events
from pulse.core.permissions import Role
from pulse.core.sockets import Connection, Hello
from pulse.extensions import socketio
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from tests.conftest import Person
from tests.conversations.conftest import Team, say

NEVER = 999_999
IDS = ("workspace_id", "channel_id", "conversation_id", "message_id", "attachment_id", "invitation_id")
# What a good request needs, by the end of the path; a route that is missing here fails the walk.
BODIES: dict[str, dict[str, Any]] = {
    "PATCH /channels/N/": {"topic": "x"},
    "POST /channels/N/members/": {"user_id": 1},
    "PATCH /conversations/N/": {"notify": "all"},
    "POST /conversations/N/mark_read/": {"seq": 1},
    "POST /conversations/N/mark_unread/": {"seq": 1},
    "PUT /messages/N/edit/": {"body": "x"},
    "POST /messages/N/reactions/": {"emoji": "👍"},
    "POST /messages/N/pin/": {"on": True},
    "PATCH /workspaces/N/": {"name": "x"},
    "POST /workspaces/N/members/": {"user_id": 1},
    "PATCH /workspaces/N/members/N/": {"role": "member"},
    "POST /workspaces/N/invitations/": {"email": "x@example.org"},
}
FOR_NOTHING = re.compile(
    r"POST /channels/N/(un)?(archive|join|leave)/|POST /messages/N/mark_(un)?read/"
)  # no body
EVENTS: dict[str, dict[str, Any]] = {
    "join": {"conversation_id": "C"},
    "join_channel": {"channel_id": "C"},
    "send_message": {"conversation_id": "C", "body": "x"},
    "edit_message": {"message_id": "M", "body": "x"},
    "delete_message": {"message_id": "M"},
    "react": {"message_id": "M", "emoji": "👍"},
    "pin": {"message_id": "M"},
    "mark_read": {"conversation_id": "C", "seq": 1},
    "mark_unread": {"conversation_id": "C", "seq": 1},
    "delivered": {"conversation_id": "C", "seq": 1},
    "typing": {"conversation_id": "C"},
}
SILENT_EVENTS = {"leave", "look"}  # about one's own socket; what one is not in does nothing


class Door(NamedTuple):
    method: str
    path: str  # with {names}
    body: dict[str, Any] | None


class Secret(NamedTuple):
    """Ids of a private channel with a message and its file, an invitation; and of a direct conversation."""

    ids: dict[str, int]
    direct: dict[str, int]


@pytest.fixture
def secret(team: Team) -> Secret:
    channel = team.channel("secret", is_private=True)
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    picture.seek(0)
    headers = {"Authorization": f"Bearer {team.ann.token}"}
    upload = team.ann.client.post("/api/attachments/", data={"file": (picture, "a.png")}, headers=headers)
    assert upload.status_code == 201, upload.json
    message = say(team.ann, channel, "secret", attachment_ids=[upload.json["id"]])["id"]
    invitation = workspaces.invite(team.ann.id, team.id, "new@example.org", MemberRole.MEMBER)
    direct = service.open_direct(team.ann.id, "bob")
    talk = say(team.ann, direct)["id"]
    ids = {
        "workspace_id": team.id,
        "channel_id": channel,
        "conversation_id": channel,
        "message_id": message,
        "attachment_id": upload.json["id"],
        "invitation_id": invitation,
        "user_id": team.ann.id,
    }
    return Secret(ids, {**ids, "channel_id": direct, "conversation_id": direct, "message_id": talk})


def doors(app: Flask, *names: str) -> Iterator[Door]:
    """The API routes with any of these ids in their paths."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and rule.arguments & set(names):
            path = re.sub(r"<id:(\w+)>", r"{\1}", rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                key = f"{method} {re.sub('{[a-z_]+}', 'N', path.removeprefix('/api'))}"
                bare = method in ("GET", "DELETE") or FOR_NOTHING.fullmatch(key)
                assert bare or key in BODIES, f"no body for {key}"
                yield Door(method, path, BODIES.get(key))


def knocks(who: Person, door: Door, ids: dict[str, int]) -> None:
    """Whoever may not see it gets the answer for what never was."""
    never = {**ids, **dict.fromkeys(IDS, NEVER)}
    found = who.call(door.method, door.path.format(**ids), door.body)
    missing = who.call(door.method, door.path.format(**never), door.body)
    assert missing.status_code == 404, (door, missing.status_code, missing.json)
    assert (found.status_code, found.json) == (404, missing.json), (who.username, door, found.json)


def test_a_workspace_does_not_exist_for_strangers(
    app: Flask, team: Team, secret: Secret, person: Callable[..., Person]
) -> None:
    other = workspaces.create(team.eve.id, "Eve's own")
    assert other != team.id
    strangers = (team.eve, person("agnes", Role.AGENT), person("root", Role.ADMIN))
    walked = 0
    for door in doors(app, *IDS):
        for who in strangers:
            knocks(who, door, secret.ids)
            walked += 1
    assert walked > 100


def test_a_private_channel_does_not_exist_for_its_workspace(app: Flask, team: Team, secret: Secret) -> None:
    for door in doors(app, "channel_id", "conversation_id", "message_id", "attachment_id"):
        for who in (team.bob, team.gus):
            knocks(who, door, secret.ids)


def test_a_direct_conversation_does_not_exist_for_others(app: Flask, team: Team, secret: Secret) -> None:
    for door in doors(app, "conversation_id", "message_id"):
        for who in (team.gus, team.eve):
            knocks(who, door, secret.direct)


def test_who_was_removed_finds_nothing_any_more(app: Flask, team: Team, secret: Secret) -> None:
    channel = secret.ids["channel_id"]
    service.add(team.ann.id, channel, [team.bob.id])
    assert team.bob.get(f"/api/channels/{channel}/").status_code == 200
    service.remove_member(team.ann.id, channel, team.bob.id)
    for door in doors(app, "channel_id", "conversation_id", "message_id", "attachment_id"):
        knocks(team.bob, door, secret.ids)


def test_managing_is_for_those_who_manage(team: Team, secret: Secret) -> None:
    """Members see the workspace, and are refused what only owners and admins do."""
    for who in (team.bob, team.gus):
        for method, path, body in (
            ("PATCH", f"/api/workspaces/{team.id}/", {"name": "x"}),
            ("DELETE", f"/api/workspaces/{team.id}/", None),
            ("GET", f"/api/workspaces/{team.id}/invitations/", None),
            ("POST", f"/api/workspaces/{team.id}/invitations/", {"email": "x@example.org"}),
            ("DELETE", f"/api/workspaces/{team.id}/members/{team.ann.id}/", None),
            ("PATCH", f"/api/workspaces/{team.id}/members/{who.id}/", {"role": "owner"}),
        ):
            assert who.call(method, path, body).status_code == 403, (who.username, method, path)


@pytest.mark.parametrize("where", ["channel", "direct"])
def test_events_on_a_socket_are_refused_alike(team: Team, secret: Secret, where: str) -> None:
    namespace = socketio.server.namespace_handlers["/chat"]
    assert set(client_events(namespace)) == set(EVENTS) | SILENT_EVENTS
    ids = secret.ids if where == "channel" else secret.direct
    outsiders = (team.bob, team.gus, team.eve) if where == "channel" else (team.gus, team.eve)

    def send(who: Person, event: str, conversation_id: int, message_id: int) -> dict[str, Any]:
        identity = Identity(who.id, who.session_id, Role.USER)
        namespace.connections["x"] = Connection("x", identity, Hello())
        places = {"C": conversation_id, "M": message_id}
        data = {name: places.get(value, value) for name, value in EVENTS[event].items()}
        try:
            return dict(namespace._event(event, "x", data))
        finally:
            del namespace.connections["x"]

    for event in EVENTS:
        for who in outsiders:
            found = send(who, event, ids["conversation_id"], ids["message_id"])
            missing = send(who, event, NEVER, NEVER)
            assert (found["ok"], found["error"]["status"]) == (False, 404), (event, who.username, found)
            assert found == missing
