"""No door asks more of the database the more it has to tell."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from pulse.accounts.models import User
from pulse.core.events import transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.workspaces.rules import MemberRole
from pulse.workspaces.service.members import join
from tests.conftest import Person, sign_in
from tests.conversations.uploads import picture, uploaded
from tests.support.statements import noted

FIRST, MORE = 3, 9  # of everything
UNLIKE_OTHERS = {
    "/static/<path:filename>",
    "/api/avatars/<name>",
    "/api/schema/assets/<name>",
    "/api/verify-email/<token>/",
    "/invitations/<token>",
    "/widget/<key>/",
    "/api/profile/export/",  # reads all there is of one person, some hundred rows at a time
    "/api/health/",
    "/metrics/",
    "/mailbox",  # mail that was not sent, which a development server keeps
}
QUERIES = {
    "/api/messages/": "channel_id={channel_id}&limit=100",
    "/api/activities/": "workspace_id={workspace_id}",
    "/api/channels/": "workspace_id={workspace_id}",
    "/api/search/": "q=hello",
    "/api/metrics/messages-per-day/": "workspace_id={workspace_id}",
    "/api/metrics/active-users/": "workspace_id={workspace_id}",
}


class World:
    """Pulse in use. `root` owns a workspace, and has a share in everything."""

    def __init__(self, app: Flask, person: Callable[..., Person], create: Callable[..., User]) -> None:
        self.app, self.create, self.count = app, create, 0
        self.root = person("root", Role.ADMIN)
        self.workspace = self.made("/api/workspaces/", {"name": "Engineering"})["id"]
        self.channel = self.new_channel()
        self.message = self.say(body="hello, all of you")
        self.room = self.made("/api/chat-rooms/", {"subject": "Help"})
        self.hook = self.made("/api/webhooks/", {"url": "https://example.org/hook", "events": ["*"]})["id"]
        self.file = uploaded(self.root, picture(), "plan.png")["id"]
        self.other = 0

    def made(self, path: str, body: object, who: Person | None = None, method: str = "POST") -> Any:
        answer = (who or self.root).call(method, path, body)
        assert answer.status_code in (200, 201, 202, 204), (path, answer.text)
        return answer.json

    def new_channel(self) -> int:
        name = f"channel {self.count}"
        made = self.made("/api/channels/", {"workspace_id": self.workspace, "name": name})
        return int(made["conversation_id"] if "conversation_id" in made else made["id"])

    def say(self, who: Person | None = None, **said: Any) -> int:
        return int(self.made("/api/messages/", {"conversation_id": self.channel, **said}, who)["id"])

    def grow(self, count: int) -> None:
        """So many more of everything that there is a list of."""
        for _ in range(count):
            self.count += 1
            name = f"person{self.count}"
            user = self.create(name, Role.AGENT if self.count % 3 == 0 else Role.USER)
            with transaction():
                join(self.workspace, user.id, MemberRole.MEMBER)
            who = sign_in(self.app, name)
            self.other = who.id
            self._talk(who)
            self._ask_the_desk(who)
            self._settle(who)

    def _talk(self, who: Person) -> None:
        self.made(f"/api/channels/{self.channel}/members/", {"user_ids": [who.id]})
        self.new_channel()
        sent = self.say(who, body=f"hello @root, {self.count}", reply_to=self.message)
        self.say(who, body="a picture", attachment_ids=[uploaded(who, picture(), "plan.png")["id"]])
        self.made(f"/api/messages/{self.message}/reactions/", {"emoji": "👍"}, who)
        self.made(f"/api/messages/{sent}/pin/", {"on": True})
        self.made(f"/api/messages/{self.message}/edit/", {"body": f"hello, {self.count}"}, method="PUT")
        for one, to in ((who, "root"), (self.root, who.username)):
            self.made("/api/messages/", {"other_username": to, "body": "hello"}, one)
        self.made("/api/blocks/", {"username": self.create(f"rude{self.count}").username})

    def _ask_the_desk(self, who: Person) -> None:
        asked = {"subject": f"Help {self.count}", "tags": ["one", f"tag{self.count}"]}
        room = self.made("/api/chat-rooms/", asked, who)["id"]
        self.made("/api/messages/", {"chat_room_id": room, "body": "hello?"}, who)
        self.made(f"/api/chat-rooms/{room}/notes/", {"body": "hello"})
        for method, said in (("notes", "hello"),):
            self.made(f"/api/chat-rooms/{self.room['id']}/{method}/", {"body": said})
        self.made("/api/messages/", {"chat_room_id": self.room["id"], "body": "hello"})
        self.made("/api/teams/", {"name": f"Team {self.count}"})
        self.made("/api/canned-replies/", {"name": f"reply{self.count}", "body": "hello"})
        self.made("/api/widgets/", {"name": f"Widget {self.count}"})

    def _settle(self, who: Person) -> None:
        sign_in(self.app, "root", X_Device_Id=f"device{self.count}")
        beat = {"device_id": f"device{self.count}", "device_type": "web", "idle_ms": 0}
        for one in (who, self.root):
            self.made("/api/users/heartbeat/", beat, one)
        for status in ("busy", "online"):
            self.made("/api/users/update_status/", {"status": status})
        self.made(f"/api/workspaces/{self.workspace}/invitations/", {"email": f"new{self.count}@example.org"})
        self.made(f"/api/users/{self.create(f'absent{self.count}').id}/watch/", {}, method="PUT")
        self.made("/api/webhooks/", {"url": f"https://example.org/{self.count}", "events": ["*"]})

    def paths(self) -> Iterator[tuple[str, str]]:
        """The doors for reading, and how one comes through each."""
        ids = {
            "conversation_id": self.channel,
            "channel_id": self.channel,
            "message_id": self.message,
            "attachment_id": self.file,
            "user_id": self.root.id,
            "workspace_id": self.workspace,
            "endpoint_id": self.hook,
            "room": self.room["id"],
        }
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.rule in UNLIKE_OTHERS:
                continue
            values = {name: ids[name] for name in rule.arguments}
            if rule.rule == "/agent/<id:conversation_id>":
                values["conversation_id"] = self.room["conversation_id"]
            _, path = rule.build(values) or pytest.fail(f"no path to {rule}")
            query = QUERIES.get(rule.rule, "id=1" if rule.rule.endswith("/details/") else "")
            yield rule.rule, f"{path}?{query.format(**ids)}"

    def asked(self) -> dict[str, list[str]]:
        """The statements that each door runs."""
        found, strange = {}, []
        for rule, path in self.paths():
            self.root.get(path)  # some things are asked once
            with noted() as statements:
                answer = self.root.get(path)
            if answer.status_code not in (200, 302):
                strange.append((path, answer.status_code, answer.text[:200]))
            answer.close()
            found[rule] = statements
        assert strange == [], "\n".join(map(str, strange))
        return found


def test_more_to_tell_takes_no_more_statements(
    app: Flask, person: Callable[..., Person], create_user: Callable[..., User], work: Callable[[], None]
) -> None:
    world = World(app, person, create_user)
    world.grow(FIRST)
    work()
    db.session.rollback()
    few = world.asked()
    world.grow(MORE)
    work()
    db.session.rollback()
    many = world.asked()
    assert {rule: len(run) for rule, run in many.items()} == {rule: len(run) for rule, run in few.items()}
