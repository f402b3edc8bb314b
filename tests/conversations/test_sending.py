"""Sending: numbered without gaps, once each, to nobody else."""

import threading
from typing import Any

import pytest
from sqlalchemy import delete

from pulse.accounts.models import User
from pulse.conversations import service
from pulse.conversations.models import Conversation, Message
from pulse.core.errors import NotFound
from pulse.extensions import db
from tests.conftest import Person
from tests.conversations.conftest import Team, say


def test_messages_are_numbered_and_come_back_in_order(team: Team) -> None:
    channel = team.channel("general", team.bob)
    for number in range(1, 6):
        sent = say(team.ann if number % 2 else team.bob, channel, f"message {number}")
        assert (sent["seq"], sent["rev"]) == (number, number)
    answer = team.bob.get(f"/api/messages/?channel_id={channel}&limit=2").json
    assert [one["body"] for one in answer["data"]] == ["message 4", "message 5"]
    older = team.bob.get(f"/api/messages/?channel_id={channel}&limit=3&cursor={answer['next']}").json
    assert [one["seq"] for one in older["data"]] == [1, 2, 3]
    assert older["next"] is None


def test_a_message_says_all_that_clients_know_it_by(team: Team) -> None:
    channel = team.channel("general", team.bob)
    sent = say(team.ann, channel, "Hello **bob**, look: @bob", client_id="c-1")
    assert sent["sender"] == "ann"
    assert sent["sender_email"] == "ann@example.org"
    assert sent["body"] == sent["content"] == "Hello **bob**, look: @bob"
    assert "<strong>bob</strong>" in sent["html"]
    assert sent["mentions"] == [team.bob.id]
    assert sent["channel_id"] == sent["conversation_id"] == channel
    assert (sent["is_mine"], sent["is_read"], sent["client_id"]) == (True, False, "c-1")
    seen = team.bob.get(f"/api/messages/{sent['id']}/").json
    assert (seen["is_mine"], seen["is_read"]) == (False, False)


def test_a_repeat_gets_the_same_message(team: Team) -> None:
    channel = team.channel()
    first = say(team.ann, channel, "once", client_id="same")
    again = say(team.ann, channel, "once, again", client_id="same")
    assert again == first
    db.session.rollback()
    assert db.session.get_one(Conversation, channel, populate_existing=True).last_seq == 1


def test_a_hundred_repeats_at_once_are_one_message(team: Team) -> None:
    channel, ids, errors = team.channel(), [], []
    draft = service.Draft("storm", "storm-1")

    def send() -> None:
        with team.app.app_context():
            try:
                ids.append(service.send(team.ann.id, channel, draft).message.id)
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=send) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(ids) == 100
    assert len(set(ids)) == 1
    db.session.rollback()
    assert db.session.query(Message).count() == 1


def test_a_client_id_names_one_message_only(team: Team) -> None:
    one, other = team.channel("one"), team.channel("other")
    say(team.ann, one, "here", client_id="same")
    body = {"conversation_id": other, "body": "there", "client_id": "same"}
    answer = team.ann.post("/api/messages/", body)
    assert (answer.status_code, answer.json["code"]) == (409, "client_id_used")
    say(team.ann, other, "there")


def test_two_people_may_choose_the_same_client_id(team: Team) -> None:
    channel = team.channel("general", team.bob)
    assert say(team.ann, channel, client_id="x")["id"] != say(team.bob, channel, client_id="x")["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": " \n\t "}, "body"),
        ({"body": "x" * 8001}, "body"),
        ({"body": "a\0b"}, None),
        ({"body": ["x"]}, "body"),
        ({"body": "x", "client_id": ""}, "client_id"),
        ({"body": "x", "client_id": "x" * 65}, "client_id"),
        ({"body": "x", "client_id": "a b"}, "client_id"),
        ({"body": "x", "reply_to": 999_999}, "reply_to"),
        ({"body": "x", "attachment_ids": [999_999]}, "attachment_ids"),
        ({"body": "x", "attachment_ids": list(range(1, 12))}, "attachment_ids"),
    ],
)
def test_what_is_no_message_is_refused(team: Team, body: dict[str, Any], field: str | None) -> None:
    channel = team.channel()
    answer = team.ann.post("/api/messages/", {"conversation_id": channel, **body})
    assert answer.status_code == 422, answer.json
    if field:
        assert any(name.startswith(field) for name in answer.json["errors"]), answer.json
    db.session.rollback()
    assert db.session.query(Message).count() == 0
    assert say(team.ann, channel, "👍 fine")["seq"] == 1


def test_spaces_in_front_of_a_message_stay(team: Team) -> None:
    assert say(team.ann, team.channel(), "\n\n    code\n\n")["body"] == "    code"


def test_exactly_one_conversation_is_named(team: Team) -> None:
    channel = team.channel()
    for named in ({}, {"conversation_id": channel, "channel_id": channel}):
        assert team.ann.post("/api/messages/", {"body": "x", **named}).status_code == 422
        query = "&".join(f"{name}={value}" for name, value in named.items())
        assert team.ann.get(f"/api/messages/?{query}").status_code == 422


def test_a_channel_id_finds_channels_only(team: Team) -> None:
    direct = team.ann.post("/api/conversations/", {"username": "bob"}).json["id"]
    assert team.ann.get(f"/api/messages/?channel_id={direct}").status_code == 404
    assert team.ann.post("/api/messages/", {"channel_id": direct, "body": "x"}).status_code == 404


def test_strangers_and_non_members_do_not_write(team: Team) -> None:
    public, private = team.channel("public"), team.channel("private", is_private=True)

    def code(who: Person, channel: int) -> tuple[int, str]:
        answer = who.post("/api/messages/", {"conversation_id": channel, "body": "x"})
        return answer.status_code, answer.json["code"]

    missing = team.eve.post("/api/messages/", {"conversation_id": 999_999, "body": "x"}).json
    assert code(team.bob, public) == (403, "not_a_member")
    for who, channel in ((team.bob, private), (team.gus, public), (team.eve, public), (team.eve, private)):
        answer = who.post("/api/messages/", {"conversation_id": channel, "body": "x"})
        assert (answer.status_code, answer.json) == (404, missing)


def test_nobody_sends_for_somebody_else(team: Team) -> None:
    body = {"receiver": "ann", "content": "hi", "sender": "ann"}
    answer = team.bob.post("/api/send-message/", body)
    assert (answer.status_code, answer.json["code"]) == (403, "identity_mismatch")


def test_a_reply_quotes(team: Team) -> None:
    channel = team.channel("general", team.bob)
    first = say(team.ann, channel, "Shall we\nmeet?")
    reply = say(team.bob, channel, "Yes", reply_to=first["id"])
    assert reply["reply_to"] == {
        "id": first["id"],
        "seq": 1,
        "sender": "ann",
        "sender_name": "ann",
        "snippet": "Shall we meet?",
        "is_deleted": False,
    }
    elsewhere = team.channel("elsewhere")
    answer = team.ann.post(
        "/api/messages/", {"conversation_id": elsewhere, "body": "x", "reply_to": first["id"]}
    )
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_message")


def test_windows_around_and_behind_a_message(team: Team) -> None:
    channel = team.channel()
    for number in range(1, 12):
        say(team.ann, channel, str(number))

    def seqs(query: str) -> list[int]:
        return [m["seq"] for m in team.ann.get(f"/api/messages/?channel_id={channel}&{query}").json["data"]]

    assert seqs("around_seq=6&limit=5") == [4, 5, 6, 7, 8]
    assert seqs("around_seq=1&limit=4") == [1, 2, 3, 4]
    assert seqs("after_seq=9&limit=5") == [10, 11]
    assert team.ann.get(f"/api/messages/?channel_id={channel}&after_seq=1&around_seq=2").status_code == 422


def test_sending_to_a_conversation_that_is_gone_is_not_found(team: Team) -> None:
    with pytest.raises(NotFound):
        service.send(team.ann.id, 424_242, service.Draft("x"))


def test_a_channel_outlives_who_made_it(team: Team) -> None:
    channel = team.channel("general", team.bob)
    db.session.rollback()
    db.session.execute(delete(User).where(User.id == team.ann.id))
    db.session.commit()
    assert say(team.bob, channel)["seq"] == 1


def test_a_repeat_gets_its_message_though_nothing_can_be_sent_any_more(team: Team) -> None:
    channel, direct = team.channel("general", team.bob), service.open_direct(team.bob.id, "ann")
    sent = [say(team.bob, place, client_id=str(place))["id"] for place in (channel, direct)]
    service.archive(team.ann.id, channel, True)
    service.block(team.ann.id, "bob")
    assert [say(team.bob, place, client_id=str(place))["id"] for place in (channel, direct)] == sent
    answer = team.bob.post("/api/messages/", {"channel_id": channel, "body": "x", "client_id": "new"})
    assert (answer.status_code, answer.json["code"]) == (409, "archived")
    answer = team.bob.post(
        "/api/messages/", {"conversation_id": direct, "body": "x", "client_id": str(channel)}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "blocked")
