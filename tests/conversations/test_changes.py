"""Edits, deletions, pins, reactions: each a numbered change, and only by whoever may."""

import threading

import pytest

from pulse.conversations import service
from pulse.conversations.models import Conversation, Message, Reaction, Revision
from pulse.extensions import db
from tests.conversations.conftest import Team, say


def last_rev(channel: int) -> int:
    db.session.rollback()
    return db.session.get_one(Conversation, channel, populate_existing=True).last_rev


def test_an_edit_keeps_what_was_said_before(team: Team) -> None:
    channel = team.channel("general", team.bob)
    sent = say(team.ann, channel, "one")
    path = f"/api/messages/{sent['id']}/"
    edited = team.ann.put(f"{path}edit/", {"content": "two @bob"})
    assert edited.status_code == 200, edited.json
    assert (edited.json["body"], edited.json["seq"], edited.json["rev"]) == ("two @bob", 1, 2)
    assert edited.json["mentions"] == [team.bob.id]
    assert edited.json["edited_at"] is not None
    team.ann.put(f"{path}edit/", {"body": "three"})
    kept = team.bob.get(f"{path}revisions/").json["data"]
    assert [one["body"] for one in kept] == ["two @bob", "one"]
    assert kept[1]["written_at"] == sent["created_at"]
    assert kept[0]["written_at"] == edited.json["edited_at"]


def test_what_a_message_said_before_comes_in_pages(team: Team) -> None:
    sent = say(team.ann, team.channel(), "0")
    for number in range(1, 6):
        service.edit(team.ann.id, sent["id"], str(number))
    path, said, cursor = f"/api/messages/{sent['id']}/revisions/?limit=2", [], ""
    while cursor is not None:
        page = team.ann.get(f"{path}{cursor}").json
        said.append([one["body"] for one in page["data"]])
        cursor = page["next"] and f"&cursor={page['next']}"
    assert said == [["4", "3"], ["2", "1"], ["0"]]


def test_an_edit_that_changes_nothing_is_no_change(team: Team) -> None:
    channel = team.channel()
    sent = say(team.ann, channel, "one")
    same = team.ann.put(f"/api/messages/{sent['id']}/edit/", {"body": "one"}).json
    assert (same["rev"], same["edited_at"]) == (1, None)
    assert last_rev(channel) == 1


def test_a_deleted_message_keeps_its_number_and_nothing_else(team: Team) -> None:
    channel = team.channel("general", team.bob)
    sent = say(team.ann, channel, "secret @bob", client_id="c")
    path = f"/api/messages/{sent['id']}/"
    team.ann.put(f"{path}edit/", {"body": "secret too"})
    team.bob.post(f"{path}reactions/", {"emoji": "👍"})
    team.bob.post(f"{path}pin/", {})
    reply = say(team.bob, channel, "yes", reply_to=sent["id"])
    assert reply["reply_to"]["snippet"] == "secret too"
    assert team.ann.call("DELETE", path).status_code == 204
    gone = team.bob.get(path).json
    assert (gone["seq"], gone["body"], gone["html"], gone["mentions"]) == (1, "", "", [])
    assert (gone["is_deleted"], gone["is_pinned"], gone["reactions"]) == (True, False, [])
    assert db.session.query(Revision).count() == db.session.query(Reaction).count() == 0
    assert team.bob.get(f"{path}revisions/").json["data"] == []
    quoted = team.bob.get(f"/api/messages/{reply['id']}/").json["reply_to"]
    assert (quoted["snippet"], quoted["is_deleted"]) == ("", True)
    assert say(team.ann, channel, "secret @bob", client_id="c")["is_deleted"]
    before = last_rev(channel)
    assert team.ann.call("DELETE", path).status_code == 204
    assert last_rev(channel) == before


def test_nothing_is_done_to_a_deleted_message(team: Team) -> None:
    channel = team.channel()
    path = f"/api/messages/{say(team.ann, channel)['id']}/"
    team.ann.call("DELETE", path)
    for method, door, body in (
        ("PUT", "edit/", {"body": "x"}),
        ("POST", "reactions/", {"emoji": "👍"}),
        ("POST", "pin/", {}),
    ):
        answer = team.ann.call(method, path + door, body)
        assert (answer.status_code, answer.json["code"]) == (409, "message_deleted")


def test_who_may_change_whose_message(team: Team) -> None:
    channel = team.channel("general", team.bob)
    anns, bobs = say(team.ann, channel)["id"], say(team.bob, channel)["id"]

    def status(who: object, method: str, message: int, door: str = "", body: object = None) -> int:
        return who.call(method, f"/api/messages/{message}/{door}", body).status_code  # type: ignore[attr-defined]

    assert status(team.ann, "PUT", bobs, "edit/", {"body": "x"}) == 403
    assert status(team.bob, "PUT", anns, "edit/", {"body": "x"}) == 403
    assert status(team.bob, "DELETE", anns) == 403
    assert status(team.ann, "DELETE", bobs) == 204  # she manages the channel
    for who in (team.eve, team.gus):
        missing = who.get("/api/messages/999999/").json
        assert who.get(f"/api/messages/{anns}/").json == missing
        for method, door, body in (
            ("PUT", "edit/", {"body": "x"}),
            ("DELETE", "", None),
            ("GET", "revisions/", None),
            ("GET", "reactions/", None),
            ("POST", "reactions/", {"emoji": "👍"}),
            ("POST", "pin/", {}),
            ("POST", "mark_read/", None),
            ("POST", "mark_unread/", None),
        ):
            assert status(who, method, anns, door, body) == 404, (method, door)


def test_only_members_react_and_pin(team: Team) -> None:
    path = f"/api/messages/{say(team.ann, team.channel())['id']}/"
    assert team.bob.get(path).status_code == 200  # public: he may look in
    for door, body in (("reactions/", {"emoji": "👍"}), ("pin/", {})):
        answer = team.bob.post(path + door, body)
        assert (answer.status_code, answer.json["code"]) == (403, "not_a_member")


def test_a_reaction_is_there_once(team: Team) -> None:
    channel = team.channel("general", team.bob)
    path = f"/api/messages/{say(team.ann, channel)['id']}/reactions/"
    team.bob.post(path, {"emoji": "👍"})
    again = team.bob.post(path, {"emoji": "👍"}).json
    team.ann.post(path, {"emoji": "👍"})
    team.ann.post(path, {"emoji": "🎉"})
    assert again["rev"] == 2
    assert team.bob.get(path).json["data"] == [
        {"emoji": "👍", "count": 2, "user_ids": [team.bob.id, team.ann.id]},
        {"emoji": "🎉", "count": 1, "user_ids": [team.ann.id]},
    ]
    team.bob.post(path, {"emoji": "👍", "on": False})
    off = team.bob.post(path, {"emoji": "👍", "on": False}).json
    assert [one["count"] for one in off["reactions"]] == [1, 1]
    assert last_rev(channel) == 5


def test_reactions_at_once_all_count(team: Team) -> None:
    channel = team.channel("general", team.bob)
    message = say(team.ann, channel)["id"]
    errors: list[Exception] = []

    def react(user_id: int, emoji: str) -> None:
        with team.app.app_context():
            try:
                service.react(user_id, message, emoji, True)
            except Exception as error:
                errors.append(error)

    emoji = ["👍", "🎉", "😀", "🚀", "👀"]
    jobs = [(who.id, one) for who in (team.ann, team.bob) for one in emoji for _ in range(2)]
    threads = [threading.Thread(target=react, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert last_rev(channel) == 1 + 10
    assert db.session.query(Reaction).count() == 10


@pytest.mark.parametrize("emoji", ["", "a", "ok", "<3", "👍 👍", "1", "👍" * 20, "\u202e", None, 5])
def test_what_is_no_emoji_is_refused(team: Team, emoji: object) -> None:
    message = say(team.ann, team.channel())["id"]
    assert team.ann.post(f"/api/messages/{message}/reactions/", {"emoji": emoji}).status_code == 422


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👨‍👩‍👧", "🇩🇪", "👍🏽", "1️⃣", "☕"])
def test_emoji_of_all_kinds_pass(team: Team, emoji: str) -> None:
    message = say(team.ann, team.channel())["id"]
    assert team.ann.post(f"/api/messages/{message}/reactions/", {"emoji": emoji}).status_code == 200


def test_there_are_enough_different_reactions_at_fifty(team: Team) -> None:
    path = f"/api/messages/{say(team.ann, team.channel())['id']}/reactions/"
    for number in range(50):
        assert team.ann.post(path, {"emoji": chr(0x1F600 + number)}).status_code == 200
    answer = team.ann.post(path, {"emoji": "🚀"})
    assert (answer.status_code, answer.json["code"]) == (409, "too_many_reactions")


def test_pins_are_listed_and_taken_off(team: Team) -> None:
    channel = team.channel("general", team.bob)
    ids = [say(team.ann, channel, str(number))["id"] for number in range(3)]
    for one in ids[:2]:
        assert team.bob.post(f"/api/messages/{one}/pin/", {"on": True}).json["is_pinned"]
    pins = f"/api/conversations/{channel}/pins/"
    assert [one["id"] for one in team.ann.get(pins).json["data"]] == [ids[1], ids[0]]
    page = team.ann.get(f"{pins}?limit=1").json
    assert [one["id"] for one in team.ann.get(f"{pins}?cursor={page['next']}").json["data"]] == [ids[0]]
    team.ann.post(f"/api/messages/{ids[1]}/pin/", {"on": False})
    assert [one["id"] for one in team.ann.get(pins).json["data"]] == [ids[0]]


def test_an_edit_of_somebody_who_left_is_refused(team: Team) -> None:
    channel = team.channel("general", team.bob)
    message = say(team.bob, channel)["id"]
    team.bob.post(f"/api/channels/{channel}/leave/")
    answer = team.bob.put(f"/api/messages/{message}/edit/", {"body": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "not_a_member")


def test_changes_have_the_numbers_of_their_conversation(team: Team) -> None:
    channel = team.channel("general", team.bob)
    ids = [say(team.ann, channel, str(number))["id"] for number in range(3)]
    team.ann.put(f"/api/messages/{ids[0]}/edit/", {"body": "edited"})
    team.bob.post(f"/api/messages/{ids[2]}/reactions/", {"emoji": "👍"})
    db.session.rollback()
    rows = db.session.query(Message.id, Message.rev).order_by(Message.rev).all()
    assert [tuple(row) for row in rows] == [(ids[1], 2), (ids[0], 4), (ids[2], 5)]
