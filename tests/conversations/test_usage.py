"""The complete usage example of the team chat that Pulse unites: from registering to hearing a message.

Adapted as docs/seeds.md says: the token goes into `auth`, the socket speaks Socket.IO, answers are plain.
"""

import re

from tests.conftest import Live
from tests.conversations.clients import connected
from tests.support.mail import SmtpServer
from tests.support.servers import wait_until


def test_from_registering_to_a_message(live: Live, smtp: SmtpServer) -> None:
    web, alice = live.webs[0], "alice@example.com"
    status, _ = web.call(
        "POST",
        "/api/register/",
        {"username": "alice", "password": "securePass123", "email": alice, "full_name": "Alice Johnson"},
    )
    assert status == 201
    assert web.call("POST", "/api/request-otp/", {"email": alice})[0] == 200
    codes = re.compile(r"\b\d{6}\b")

    def mailed() -> list[str]:
        texts = [mail.get_body(("plain",)).get_content() for mail in smtp.messages]
        return [code for text in texts for code in codes.findall(text)]

    wait_until(mailed, 20)
    status, signed_in = web.call("POST", "/api/verify-otp/", {"email": alice, "otp": mailed()[-1]})
    assert status == 200, signed_in
    token = signed_in["access_token"]
    team = {"name": "My Team", "description": "Team workspace"}
    status, workspace = web.call("POST", "/api/workspaces/", team, token)
    assert status == 201
    general = {"workspace_id": workspace["id"], "name": "general", "is_private": False}
    status, channel = web.call("POST", "/api/channels/", general, token)
    assert status == 201
    with connected(web, token) as client:
        client.call("join_channel", channel_id=channel["id"])
        client.call("send_message", channel_id=channel["id"], body="Hello team!")
        told = client.wait("new_message")["message"]
    assert {name: told[name] for name in ("sender_email", "body")} == {
        "sender_email": alice,
        "body": "Hello team!",
    }
    status, page = web.call("GET", f"/api/messages/?channel_id={channel['id']}", None, token)
    assert [(one["id"], one["body"]) for one in page["data"]] == [(told["id"], "Hello team!")]
