"""Webhooks over REST: who may do what with which, and what is not there for whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from pulse.accounts.models import User
from pulse.cli.erasure import erase
from pulse.core import clock
from pulse.extensions import db
from pulse.webhooks import rules
from pulse.webhooks.models import Delivery, Endpoint, WebhookEvent
from pulse.webhooks.service import telling_again
from pulse.workspaces import service as workspaces
from pulse.workspaces.rules import MemberRole
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.webhooks.conftest import Make, deliveries, the_endpoint, told
from tests.webhooks.receivers import Receiver

Work = Callable[[], None]
URL = "https://example.org/hook"


def create(person: Person, **body: Any) -> Any:
    return person.post("/api/webhooks/", {"url": URL, "events": ["*"], **body})


def test_one_is_made_read_changed_and_deleted(team: Team) -> None:
    made = create(team.ann, workspace_id=team.id, events=["message.*", "message.*"], description="Ours")
    assert made.status_code == 201
    secret = made.json["secret"]
    assert secret.startswith("whsec_")
    path = f"/api/webhooks/{made.json['id']}/"
    shown = team.ann.get(path).json
    assert (shown["url"], shown["events"], shown["description"]) == (URL, ["message.*"], "Ours")
    assert (shown["owner_id"], shown["workspace_id"], shown["is_enabled"]) == (team.ann.id, team.id, True)
    assert "secret" not in shown
    assert team.ann.get(f"{path}secret/").json == {"secret": secret}
    changes = {"events": ["*"], "is_ordered": True, "target_url": f"{URL}/2"}
    changed = team.ann.call("PATCH", path, changes).json
    assert (changed["events"], changed["is_ordered"], changed["description"]) == (["*"], True, "Ours")
    assert changed["url"] == f"{URL}/2"
    assert [one["id"] for one in team.ann.get("/api/webhooks/").json["data"]] == [shown["id"]]
    assert team.ann.call("DELETE", path).status_code == 204
    assert team.ann.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/webhooks", "/webhooks/", "/api/webhooks"])
@pytest.mark.parametrize("name", ["url", "target_url"])
def test_the_seeds_form(boss: Person, path: str, name: str) -> None:
    made = boss.post(path, {name: URL, "events": ["presence.changed"]})
    assert (made.status_code, made.json["url"], made.json["workspace_id"]) == (201, URL, None)
    assert boss.post(path, {name: URL}).json["events"] == ["presence.changed"]
    assert len(boss.get(path).json["data"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "nothing"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "ftp://example.org/"}, "url"),
        ({"url": "https://ann:b@example.org/"}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "http://[::1]/"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data/"}, "url"),
        ({"url": f"https://example.org/{'a' * 2000}"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["message"]}, "events"),
        ({"events": ["*"] * 51}, "events"),
        ({"description": "a" * 501}, "description"),
    ],
)
def test_bad_input_is_refused(team: Team, body: dict[str, Any], field: str) -> None:
    made = create(team.ann, workspace_id=team.id, **body)
    assert made.status_code == 422
    assert any(name.startswith(field) for name in made.json["errors"])
    hook = create(team.ann, workspace_id=team.id).json["id"]
    assert team.ann.call("PATCH", f"/api/webhooks/{hook}/", body).status_code == 422
    assert the_endpoint(hook).url == URL


def test_only_who_manages_makes_one(team: Team, boss: Person) -> None:
    assert create(team.bob, workspace_id=team.id).json["code"] == "forbidden"
    assert create(team.eve, workspace_id=team.id).status_code == 404
    assert create(boss, workspace_id=team.id).status_code == 404
    assert create(team.ann).json["code"] == "forbidden"
    assert create(boss).status_code == 201
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    assert create(team.bob, workspace_id=team.id).status_code == 201


WRITES = [
    ("GET", "", None),
    ("PATCH", "", {"events": ["*"]}),
    ("DELETE", "", None),
    ("GET", "secret/", None),
    ("POST", "rotate-secret/", None),
    ("POST", "test/", None),
    ("GET", "deliveries/", None),
    ("POST", "deliveries/1/retry/", None),
    ("POST", "replay/", {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_for_others_it_is_not_there(team: Team, boss: Person, method: str, path: str, body: Any) -> None:
    hook = create(team.ann, workspace_id=team.id).json["id"]
    servers = create(boss).json["id"]
    strangers = [(team.bob, hook), (team.eve, hook), (boss, hook), (team.ann, servers), (team.eve, 999)]
    for person, number in strangers:
        answer = person.call(method, f"/api/webhooks/{number}/{path}", body)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), person.username
    for person in (team.bob, team.eve):
        assert person.get("/api/webhooks/").json["data"] == []
    assert the_endpoint(hook).is_enabled


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_who_manages_too_sees_it_and_may_stop_it_but_no_more(
    team: Team, method: str, path: str, body: Any
) -> None:
    """What is told is what the owner may see: nobody else turns it their own way."""
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    hook = create(team.ann, workspace_id=team.id).json["id"]
    team.ann.post(f"/api/webhooks/{hook}/test/")
    answer = team.bob.call(method, f"/api/webhooks/{hook}/{path}", body)
    if (method, path) in (("GET", ""), ("DELETE", ""), ("GET", "deliveries/")):
        assert answer.status_code in (200, 204)
    else:
        assert (answer.status_code, answer.json["code"]) == (403, "not_the_owner")


def test_who_manages_too_switches_it_off(team: Team) -> None:
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    hook = create(team.ann, workspace_id=team.id).json["id"]
    path = f"/api/webhooks/{hook}/"
    assert [one["id"] for one in team.bob.get("/api/webhooks/").json["data"]] == [hook]
    assert team.bob.call("PATCH", path, {"is_enabled": False}).json["is_enabled"] is False
    assert team.bob.call("PATCH", path, {"is_enabled": True}).status_code == 403
    both = team.bob.call("PATCH", path, {"is_enabled": False, "url": "https://evil.example.org/"})
    assert both.status_code == 403
    assert the_endpoint(hook).url == URL


def test_an_owner_without_a_right_may_only_look_and_delete(team: Team) -> None:
    hook = create(team.ann, workspace_id=team.id).json["id"]
    path = f"/api/webhooks/{hook}/"
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.OWNER)
    workspaces.remove_member(team.bob.id, team.id, team.ann.id)
    assert team.ann.get(path).status_code == 200
    for method, more, body in WRITES:
        if method == "PATCH" or more.startswith(("test", "replay")) or more.endswith("retry/"):
            assert team.ann.call(method, f"{path}{more}", body).status_code == 403, more
    assert team.ann.call("DELETE", path).status_code == 204


def test_fifty_are_enough(boss: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(rules.ENDPOINTS_PER_OWNER):
        assert create(boss).status_code == 201
    refused = create(boss)
    assert (refused.status_code, refused.json["code"]) == (409, "too_many_webhooks")
    page = boss.get("/api/webhooks/?limit=30").json
    rest = boss.get(f"/api/webhooks/?limit=30&cursor={page['next']}").json
    ids = [one["id"] for one in page["data"] + rest["data"]]
    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), rest["next"]) == (50, None)


# the log


def test_deliveries_with_every_try(
    boss: Person, server_endpoint: Make, receiver: Receiver, work: Work
) -> None:
    hook = server_endpoint("ticket.*")
    receiver.answer = lambda got: (500, {}, b"not today")
    test = boss.post(f"/api/webhooks/{hook}/test/")
    assert (test.status_code, test.json["status"], test.json["attempts"]) == (202, "pending", [])
    work()
    receiver.answer = lambda got: 200
    again = boss.post(f"/api/webhooks/{hook}/deliveries/{test.json['id']}/retry/")
    assert again.status_code == 202
    for _ in range(3):
        boss.post(f"/api/webhooks/{hook}/test/")
    work()
    page = boss.get(f"/api/webhooks/{hook}/deliveries/?limit=3").json
    rest = boss.get(f"/api/webhooks/{hook}/deliveries/?limit=3&cursor={page['next']}").json
    assert [len(page["data"]), len(rest["data"]), rest["next"]] == [3, 1, None]
    [first] = rest["data"]
    assert (first["id"], first["event_id"], first["type"]) == (
        test.json["id"],
        test.json["event_id"],
        "webhook.test",
    )
    failed = first["attempts"][0]
    assert (failed["status_code"], failed["answer"], failed["error"]) == (500, "not today", "")
    assert boss.get(f"/api/webhooks/{hook}/deliveries/?status=failed").json["data"] == []


def test_trying_again_by_hand(boss: Person, server_endpoint: Make, receiver: Receiver, work: Work) -> None:
    hook = server_endpoint("ticket.*")
    number = boss.post(f"/api/webhooks/{hook}/test/").json["id"]
    path = f"/api/webhooks/{hook}/deliveries/{number}/retry/"
    work()
    assert boss.post(path).json["status"] == "pending"
    work()
    assert len({got.id for got in receiver.got}) == 1
    assert len(receiver.got) == 2
    other = server_endpoint("ticket.*")
    assert boss.post(f"/api/webhooks/{other}/deliveries/{number}/retry/").status_code == 404
    assert boss.post(f"/api/webhooks/{hook}/deliveries/999/retry/").status_code == 404


def test_trying_again_takes_nothing_from_who_is_sending_it(boss: Person, server_endpoint: Make) -> None:
    hook = server_endpoint("ticket.*")
    number = boss.post(f"/api/webhooks/{hook}/test/").json["id"]
    path = f"/api/webhooks/{hook}/deliveries/{number}/retry/"

    def set_next(seconds: float) -> Delivery:
        db.session.rollback()
        db.session.get_one(Delivery, number).next_at = clock.now() + timedelta(seconds=seconds)
        db.session.commit()
        assert boss.post(path).status_code == 202
        return deliveries(hook)[0]

    assert set_next(25).next_at > clock.now() + timedelta(seconds=20)  # perhaps a lease
    assert set_next(3600).next_at <= clock.now()


def test_a_switched_off_one_sends_nothing(boss: Person, server_endpoint: Make) -> None:
    hook = server_endpoint("ticket.*")
    number = boss.post(f"/api/webhooks/{hook}/test/").json["id"]
    boss.call("PATCH", f"/api/webhooks/{hook}/", {"is_enabled": False})
    assert deliveries(hook)[0].status == "failed"
    for path in ("test/", f"deliveries/{number}/retry/"):
        assert boss.post(f"/api/webhooks/{hook}/{path}").json["code"] == "webhook_disabled"
    boss.call("PATCH", f"/api/webhooks/{hook}/", {"is_enabled": True})
    assert boss.post(f"/api/webhooks/{hook}/test/").status_code == 202


# replay


def test_a_time_is_replayed_with_the_same_ids(
    team: Team, endpoint: Make, receiver: Receiver, work: Work
) -> None:
    hook = endpoint(team.ann, team.id, "message.sent", "member.*")
    channel = team.channel()
    work()
    start = clock.now()
    for word in ("one", "two"):
        say(team.ann, channel, word)
    work()
    end = clock.now()
    say(team.ann, channel, "three")
    workspaces.remove_member(team.ann.id, team.id, team.bob.id)
    work()
    receiver.got.clear()
    team.ann.call("PATCH", f"/api/webhooks/{hook}/", {"events": ["message.*"]})
    body = {"since": start.isoformat(), "until": end.isoformat()}
    answer = team.ann.post(f"/api/webhooks/{hook}/replay/", body)
    assert (answer.status_code, answer.json) == (202, {"replayed": 2})
    work()
    assert [got.json["data"]["body"] for got in receiver.got] == ["one", "two"]
    assert {got.id for got in receiver.got} <= {event.uid for event in told(hook)}
    all_day = {"since": (start - timedelta(days=1)).isoformat(), "until": "2100-01-01T00:00:00Z"}
    replayed = team.ann.post(f"/api/webhooks/{hook}/replay/", all_day).json["replayed"]
    assert replayed == len([one for one in told(hook) if one.type == "message.sent"])  # members no more


def test_a_replay_brings_nothing_that_was_not_for_this_one(team: Team, endpoint: Make) -> None:
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    endpoint(team.ann, team.id, "*")
    bobs = endpoint(team.bob, team.id, "*")
    say(team.ann, team.channel("secret", is_private=True), "psst")
    body = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    assert team.bob.post(f"/api/webhooks/{bobs}/replay/", body).json["replayed"] == 0


def test_a_replay_has_an_end(boss: Person, server_endpoint: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = server_endpoint("ticket.*")
    monkeypatch.setattr(telling_again, "REPLAYED_AT_ONCE", 2)
    for _ in range(3):
        boss.post(f"/api/webhooks/{hook}/test/")
    db.session.execute(text("UPDATE webhook_deliveries SET status = 'delivered'"))
    db.session.commit()
    body = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    refused = boss.post(f"/api/webhooks/{hook}/replay/", body)
    assert (refused.status_code, refused.json["code"]) == (422, "range_too_large")
    assert "3 events" in refused.json["detail"]
    assert {one.status for one in deliveries(hook)} == {"delivered"}
    backwards = {"since": body["until"], "until": body["since"]}
    assert boss.post(f"/api/webhooks/{hook}/replay/", backwards).status_code == 422


# who is gone


def test_erasing_takes_words_and_webhooks_along(
    team: Team, endpoint: Make, server_endpoint: Make, receiver: Receiver, work: Work
) -> None:
    """Of whom is erased no word is left in what is kept for retries; that their words are gone is told."""
    workspaces.set_role(team.ann.id, team.id, team.bob.id, MemberRole.ADMIN)
    hook, servers = endpoint(team.ann, team.id, "*"), server_endpoint("*")
    bobs = endpoint(team.bob, team.id, "*")
    receiver.answer = lambda got: (500, {}, got.body[:1000])
    channel = team.channel("general", team.bob)
    first = say(team.bob, channel, "my secret")
    say(team.ann, channel, "I see", reply_to=first["id"])
    team.bob.put(f"/api/messages/{first['id']}/edit/", {"body": "my other secret"})
    team.bob.put("/api/profile/", {"full_name": "Bob Builder"})
    db.session.rollback()
    db.session.execute(update(User).where(User.id == team.bob.id).values(avatar="picture.webp"))
    db.session.commit()
    team.bob.post("/api/chat-rooms/", {"subject": "My secret illness", "description": "bad secret"})
    work()
    db.session.rollback()
    erase(db.session.get_one(User, team.bob.id))
    db.session.rollback()
    for table in ("webhook_events", "webhook_deliveries", "webhook_attempts", "webhook_endpoints"):
        rows = str(db.session.execute(text(f"SELECT * FROM {table}")).all())
        for word in (
            "secret illness",
            "my secret",
            "my other",
            "bad secret",
            "bob@",
            "Builder",
            "'bob'",
            '"bob"',
        ):
            assert word not in rows, (table, word)
    assert db.session.get(Endpoint, bobs) is None
    deleted = [one.payload["data"]["id"] for one in told(hook) if one.type == "message.deleted"]
    assert first["id"] in deleted
    assert told(servers)[-1].payload["data"]["username"] == f"deleted-{team.bob.id}"
    assert any(one.payload["data"].get("body") == "I see" for one in told(hook))


def test_a_deleted_workspace_takes_its_webhooks_along(
    team: Team, endpoint: Make, server_endpoint: Make
) -> None:
    hook, servers = endpoint(team.ann, team.id, "*"), server_endpoint("message.*")
    say(team.ann, team.channel(), "Hello")
    count = len(told(servers))
    workspaces.delete(team.ann.id, team.id)
    db.session.rollback()
    assert db.session.get(Endpoint, hook) is None
    assert len(told(servers)) == count  # what the server was to be told stays
    assert {*db.session.scalars(select(WebhookEvent.workspace_id))} == {None}
