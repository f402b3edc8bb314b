"""Who is told of what: an endpoint is told what its owner may see, as long as they may."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from pulse.accounts import service as accounts
from pulse.accounts.events import UserRegistered
from pulse.accounts.models import User
from pulse.accounts.rules import AccountStatus
from pulse.conversations import service as conversations
from pulse.core.events import publish, transaction
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence import service as presence
from pulse.presence.events import StatusChanged
from pulse.support import service as support
from pulse.support.events import TargetMissed
from pulse.support.rules import Target
from pulse.webhooks import reactions
from pulse.webhooks.models import WebhookEvent
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.support.statements import noted
from tests.webhooks.conftest import Make, deliveries, told, types

Work = Callable[[], None]


def come_online(person: Person) -> None:
    with transaction():
        publish(
            StatusChanged(
                user_id=person.id,
                status="online",
                previous="offline",
                device_type="web",
                at="2026-05-04T12:00:00.000Z",
                epoch=1,
                version=2,
            )
        )


def set_user(person: Person, **values: object) -> None:
    db.session.execute(update(User).where(User.id == person.id).values(**values))
    db.session.commit()


def stored() -> list[WebhookEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(WebhookEvent)))


# messages


def test_a_message_in_a_public_channel(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "message.*")
    channel = team.channel("general", team.bob)
    first = say(team.bob, channel, "my secret words")
    sent = say(team.bob, channel, "Hello *you*", client_id="c-1", reply_to=first["id"])
    event = told(hook)[-1]
    assert (event.type, event.workspace_id, event.user_id) == ("message.sent", team.id, team.bob.id)
    assert event.uid.startswith("msg_")
    assert set(event.payload) == {"type", "timestamp", "data"}
    data = event.payload["data"]
    wanted = {
        "id": sent["id"],
        "conversation_id": channel,
        "channel_id": channel,
        "conversation_kind": "channel",
        "workspace_id": team.id,
        "seq": sent["seq"],
        "kind": "text",
        "sender_id": team.bob.id,
        "sender": "bob",
        "body": "Hello *you*",
        "reply_to_id": first["id"],
        "client_id": "c-1",
    }
    assert {name: data[name] for name in wanted} == wanted
    assert "secret" not in str(data)  # somebody else's words might outlive their erasure


def test_edits_and_deletions(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "message.*")
    sent = say(team.ann, team.channel(), "one")
    team.ann.put(f"/api/messages/{sent['id']}/edit/", {"body": "two"})
    shown = team.ann.get(f"/api/messages/{sent['id']}/").json
    team.ann.call("DELETE", f"/api/messages/{sent['id']}/")
    assert types(hook)[-3:] == ["message.sent", "message.edited", "message.deleted"]
    _, edited, deleted = told(hook)[-3:]
    assert (edited.payload["data"]["body"], edited.payload["data"]["rev"]) == ("two", shown["rev"])
    assert deleted.payload["data"]["id"] == sent["id"]
    assert not {"body", "sender", "sender_name", "sender_email"} & set(deleted.payload["data"])
    assert team.ann.get(f"/api/messages/{sent['id']}/").json["rev"] == deleted.payload["data"]["rev"]


def test_private_channels_are_told_to_their_members_only(team: Team, endpoint: Make) -> None:
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    anns, bobs = (
        endpoint(one, team.id, "message.sent", "conversation.created") for one in (team.ann, team.bob)
    )
    channel = team.channel("secret", is_private=True)
    say(team.ann, channel, "psst")
    assert types(bobs) == []
    assert types(anns)[0] == "conversation.created"
    before = len(types(anns))
    conversations.add(team.ann.id, channel, [team.bob.id])
    say(team.ann, channel, "hello bob")
    assert told(bobs)[-1].payload["data"]["body"] == "hello bob"
    team.bob.post(f"/api/channels/{channel}/leave/")
    count = len(types(bobs))
    say(team.ann, channel, "bob is gone")
    assert len(types(bobs)) == count
    assert len(types(anns)) > before


def test_direct_conversations_stay_in_the_workspace_of_nobody(
    team: Team, endpoint: Make, server_endpoint: Make, boss: Person
) -> None:
    hooks = [endpoint(team.ann, team.id, "*"), server_endpoint("message.*", "conversation.*")]
    direct = team.ann.post("/api/conversations/", {"username": "bob"}).json["id"]
    say(team.ann, direct, "between us")
    assert [types(hook) for hook in hooks] == [[], []]
    assert stored() == []
    own = team.eve.post("/api/conversations/", {"username": "boss"}).json["id"]
    say(team.eve, own, "dear boss")
    assert types(hooks[0]) == []
    assert types(hooks[1]) == ["conversation.created", "message.sent"]


def test_other_workspaces_are_not_told(team: Team, endpoint: Make) -> None:
    other = workspaces.create(team.eve.id, "Other")
    hook = endpoint(team.eve, other, "*")
    say(team.ann, team.channel(), "not for eve")
    workspaces.remove_member(team.ann.id, team.id, team.bob.id)
    come_online(team.bob)
    assert types(hook) == []


def test_the_server_hears_channels_but_no_private_ones(team: Team, server_endpoint: Make) -> None:
    hook = server_endpoint("message.sent")
    say(team.ann, team.channel("open"), "to all")
    say(team.ann, team.channel("closed", is_private=True), "to few")
    assert [one.payload["data"]["body"] for one in told(hook) if one.payload["data"]["kind"] == "text"] == [
        "to all"
    ]


# the desk


def test_tickets_and_their_messages_are_the_servers(
    team: Team, endpoint: Make, server_endpoint: Make
) -> None:
    workspace_hook, hook = endpoint(team.ann, team.id, "*"), server_endpoint("ticket.*", "message.sent")
    asked = {"subject": "Help", "description": "It is broken", "priority": "high"}
    room = team.bob.post("/api/chat-rooms/", asked).json
    path = f"/api/chat-rooms/{room['id']}"
    team.bob.post(f"{path}/resolve/")
    team.bob.post(f"{path}/rate/", {"rating": 4, "comment": "Good"})
    team.bob.post(f"{path}/reopen/")
    team.bob.post(f"{path}/close/")
    named = [name for name in types(hook) if name != "message.sent"]
    assert named == ["ticket.opened", "ticket.resolved", "ticket.rated", "ticket.reopened", "ticket.closed"]
    by_type = {event.type: event for event in told(hook)}
    opened = by_type["ticket.opened"]
    assert opened.user_id == team.bob.id
    data = opened.payload["data"]
    assert (data["id"], data["conversation_id"], data["customer_id"]) == (
        room["id"],
        room["conversation_id"],
        team.bob.id,
    )
    assert (data["subject"], data["status"], data["priority"]) == ("Help", "waiting", "high")
    rated = by_type["ticket.rated"].payload["data"]
    assert (rated["rating"], rated["rating_comment"]) == (4, "Good")
    said = [one.payload["data"] for one in told(hook) if one.type == "message.sent"]
    assert said[0]["conversation_kind"] == "support"
    assert any(one["body"] == "It is broken" for one in said)
    assert types(workspace_hook) == []


def test_changes_of_a_ticket(team: Team, server_endpoint: Make, boss: Person) -> None:
    hook = server_endpoint("ticket.changed")
    room = team.bob.post("/api/chat-rooms/", {"subject": "Help"}).json["id"]
    boss.call("PATCH", f"/api/chat-rooms/{room}/", {"priority": "urgent"})
    [event] = told(hook)
    data = event.payload["data"]
    assert (data["changes"], data["priority"], data["actor_id"]) == (["priority"], "urgent", boss.id)


def test_missed_targets(team: Team, server_endpoint: Make) -> None:
    hook = server_endpoint("target.missed")
    number = support.open_ticket(team.bob.id, support.Request("Help"))
    with transaction():
        publish(TargetMissed(number, Target.FIRST_RESPONSE, True))
    [event] = told(hook)
    data = event.payload["data"]
    assert (data["conversation_id"], data["target"], data["is_warning"]) == (number, "first_response", True)
    assert data["due_at"]


# presence


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({"visibility": "shared"}, True),
        ({"visibility": "everyone"}, True),
        ({"visibility": "nobody"}, False),
        ({"account_status": AccountStatus.PENDING}, False),
    ],
)
def test_presence_is_told_as_far_as_the_owner_sees_it(
    team: Team, endpoint: Make, server_endpoint: Make, values: dict[str, object], is_told: bool
) -> None:
    hook, server_hook = endpoint(team.ann, team.id, "presence.changed"), server_endpoint("presence.*")
    set_user(team.bob, **values)
    come_online(team.bob)
    assert (types(hook) == ["presence.changed"]) is is_told
    [event] = told(server_hook)  # admins see everybody
    data = event.payload["data"]
    assert (data["user_id"], data["status"], data["previous"]) == (team.bob.id, "online", "offline")
    assert (data["epoch"], data["version"], event.user_id) == (1, 2, team.bob.id)


def test_presence_of_strangers_is_not_told(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "*")
    set_user(team.eve, visibility="everyone")
    come_online(team.eve)
    assert types(hook) == []


def test_presence_as_it_is_recorded(team: Team, endpoint: Make) -> None:
    """From a heartbeat to the event, the whole way."""
    hook = endpoint(team.ann, team.id, "presence.changed")

    def bobs() -> list[str]:
        presence.record()
        data = [one.payload["data"] for one in told(hook)]
        return [one["status"] for one in data if one["user_id"] == team.bob.id]

    team.bob.post("/api/users/heartbeat/", {"device_id": "phone"})
    assert bobs() == ["online"]
    team.bob.post("/api/users/update_status/", {"status": "offline"})
    assert bobs() == ["online", "offline"]  # invisible


# people


def test_accounts_are_told_to_the_server_only(
    team: Team, endpoint: Make, server_endpoint: Make, create_user: Callable[..., User], work: Work
) -> None:
    work()  # who is here already is no news
    hook, workspace_hook = server_endpoint("user.*"), endpoint(team.ann, team.id, "*")
    made = create_user("carl")
    work()
    reactions.store_later(UserRegistered(made.id))  # whoever runs it died right behind it: once is enough
    team.bob.put("/api/profile/", {"full_name": "Bob Builder"})
    accounts.set_account_status(None, team.eve.id, AccountStatus.SUSPENDED)
    accounts.set_role(None, team.gus.id, Role.AGENT)
    assert types(hook) == ["user.created", "user.updated", "user.status_changed", "user.updated"]
    created, updated, status, role = (event.payload["data"] for event in told(hook))
    assert (created["user_id"], created["username"], created["email"]) == (
        made.id,
        "carl",
        "carl@example.org",
    )
    assert updated["full_name"] == "Bob Builder"
    assert (status["account_status"], status["previous"]) == ("suspended", "active")
    assert role["role"] == "agent"
    assert "password" not in str(created)
    assert types(workspace_hook) == []


def test_members(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "member.*")
    team.ann.post(f"/api/workspaces/{team.id}/members/", {"user_id": team.eve.id, "role": "member"})
    set_user(team.eve, visibility="everyone")
    team.ann.post(f"/api/workspaces/{team.id}/members/", {"user_id": team.eve.id, "role": "guest"})
    workspaces.remove_member(team.ann.id, team.id, team.bob.id)
    joined, left = told(hook)
    assert (joined.type, joined.payload["data"]) == (
        "member.joined",
        {"workspace_id": team.id, "user_id": team.eve.id, "username": "eve", "role": "guest"},
    )
    assert (left.type, left.payload["data"]["user_id"], left.payload["data"]["role"]) == (
        "member.left",
        team.bob.id,
        None,
    )


# the owner


def lose_role(team: Team, boss: Person) -> None:
    workspaces.set_role(team.bob.id, team.id, team.ann.id, MemberRole.MEMBER)


def leave(team: Team, boss: Person) -> None:
    workspaces.remove_member(team.bob.id, team.id, team.ann.id)


def be_suspended(team: Team, boss: Person) -> None:
    accounts.set_account_status(None, team.ann.id, AccountStatus.SUSPENDED)


@pytest.mark.parametrize("lose", [lose_role, leave, be_suspended])
def test_whoever_manages_no_more_is_told_no_more(
    team: Team, endpoint: Make, boss: Person, lose: Callable[[Team, Person], None]
) -> None:
    hook = endpoint(team.ann, team.id, "message.sent")
    channel = team.channel("general", team.bob)
    say(team.bob, channel, "before")
    count = len(types(hook))
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.OWNER)
    lose(team, boss)
    say(team.bob, channel, "after")
    assert count > 0
    assert len(types(hook)) == count


def test_an_admin_who_is_none_any_more_is_told_no_more(
    team: Team, server_endpoint: Make, boss: Person
) -> None:
    hook = server_endpoint("message.sent")
    accounts.create_user("chief", "chief@example.org", "correct horse battery", role=Role.ADMIN)
    accounts.set_role(None, boss.id, Role.USER)
    say(team.ann, team.channel(), "after")
    assert types(hook) == []


# how


def test_what_nobody_wants_is_not_written_and_costs_two_queries(team: Team, endpoint: Make) -> None:
    channel = team.channel("general", team.bob)
    endpoint(team.ann, team.id, "member.joined")
    db.session.rollback()
    with noted() as statements:
        conversations.send(team.bob.id, channel, conversations.Draft("Hello"))
    assert len([one for one in statements if "webhook_" in one]) == 2
    assert stored() == []


def test_where_no_endpoint_is_one_query_says_so(team: Team) -> None:
    channel = team.channel("general", team.bob)
    db.session.rollback()
    with noted() as statements:
        conversations.send(team.bob.id, channel, conversations.Draft("Hello"))
    assert len([one for one in statements if "webhook_" in one]) == 1


def test_one_event_is_written_once_for_all(team: Team, endpoint: Make, server_endpoint: Make) -> None:
    hooks = [
        endpoint(team.ann, team.id, "message.sent"),
        endpoint(team.ann, team.id, "*"),
        server_endpoint("*"),
    ]
    channel = team.channel()
    before = len(stored())
    say(team.ann, channel, "Hello")
    assert len(stored()) == before + 1
    assert len({told(hook)[-1].uid for hook in hooks}) == 1


def test_what_is_rolled_back_was_never_told(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "*")

    def change_and_fail() -> None:
        with transaction():
            workspaces.remove_member(team.ann.id, team.id, team.bob.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert types(hook) == []


def test_who_is_switched_off_is_not_told(team: Team, endpoint: Make) -> None:
    hook = endpoint(team.ann, team.id, "*")
    team.ann.call("PATCH", f"/api/webhooks/{hook}/", {"is_enabled": False})
    say(team.ann, team.channel(), "Hello")
    assert deliveries(hook) == []


def test_the_look_up_uses_an_index(team: Team, endpoint: Make) -> None:
    names = db.session.scalars(
        text(
            "SELECT name FROM sqlite_master WHERE type = 'index'"
            if db.engine.dialect.name == "sqlite"
            else "SELECT indexname FROM pg_indexes"
        )
    )
    assert {"ix_webhook_endpoints_workspace_id", "ix_webhook_deliveries_due"} <= set(names)
