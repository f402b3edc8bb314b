"""Following a workspace over sockets: its members, those to come, and nobody any more who left."""

from typing import Any

import pytest

from tests.conftest import Live
from tests.presence.test_sockets import Client, connected, sign_in
from tests.support.servers import wait_until


@pytest.fixture
def live(processes: Live, request: pytest.FixtureRequest) -> Live:
    return processes.apart(request.node.name)


def call(live: Live, method: str, path: str, token: str, body: object = None, web: int = 0) -> Any:
    status, answer = live.webs[web].call(method, path, body, token)
    assert status < 300, answer
    return answer


def shown(viewer: Client) -> set[int]:
    return {
        u["user_id"] for event, data in viewer.heard if event == "presence_snapshot" for u in data["users"]
    }


def test_a_workspace_is_followed_as_it_grows_and_shrinks(live: Live) -> None:
    names = ("ann", "bob", "carl")
    ids = {name: live.create_user(name) for name in names}
    tokens = {name: sign_in(live, name)[1] for name in names}
    workspace = call(live, "POST", "/api/workspaces/", tokens["ann"], {"name": "Engineering"})["id"]
    members = f"/api/workspaces/{workspace}/members/"
    call(live, "POST", members, tokens["ann"], {"user_id": ids["bob"]})
    for name in names:
        call(live, "PUT", "/api/profile/", tokens[name], {"visibility": "shared"})

    with (
        connected(live.webs[1], tokens["bob"]) as viewer,
        connected(live.webs[0], tokens["carl"]) as stranger,
    ):
        assert stranger.call("subscribe", {"workspace_id": workspace})["error"]["code"] == "not_found"
        assert viewer.call("subscribe", {"workspace_id": workspace})["subscribed"] == [ids["ann"], ids["bob"]]

        call(live, "PUT", "/api/profile/", tokens["carl"], {"visibility": "everyone"})
        call(live, "POST", members, tokens["ann"], {"user_id": ids["carl"]})
        call(live, "PUT", "/api/profile/", tokens["carl"], {"visibility": "shared"})
        wait_until(lambda: ids["carl"] in shown(viewer))
        call(live, "POST", "/api/users/update_status/", tokens["carl"], {"status": "busy"})
        viewer.wait_for(ids["carl"], "busy")

        call(live, "DELETE", f"{members}{ids['carl']}/", tokens["carl"])
        wait_until(lambda: ("presence_hidden", {"user_id": ids["carl"]}) in viewer.heard)

        call(live, "DELETE", f"{members}{ids['bob']}/", tokens["ann"])
        wait_until(lambda: ("presence_hidden", {"user_id": ids["ann"]}) in viewer.heard)
        heard = len(viewer.heard)
        call(live, "POST", "/api/users/update_status/", tokens["ann"], {"status": "busy"})
        assert viewer.call("subscribe", {"workspace_id": workspace})["ok"] is False
        assert [event for event, _ in viewer.heard[heard:]] == []


def test_a_deleted_workspace_is_followed_no_more(live: Live) -> None:
    ids = {name: live.create_user(name) for name in ("ann", "bob")}
    tokens = {name: sign_in(live, name)[1] for name in ids}
    workspace = call(live, "POST", "/api/workspaces/", tokens["ann"], {"name": "Engineering"})["id"]
    call(live, "POST", f"/api/workspaces/{workspace}/members/", tokens["ann"], {"user_id": ids["bob"]})
    call(live, "PUT", "/api/profile/", tokens["ann"], {"visibility": "shared"})
    with connected(live.webs[1], tokens["bob"]) as viewer:
        viewer.call("subscribe", {"workspace_id": workspace})
        call(live, "DELETE", f"/api/workspaces/{workspace}/", tokens["ann"])
        wait_until(lambda: ("presence_hidden", {"user_id": ids["ann"]}) in viewer.heard)


def test_whoever_is_blocked_follows_no_more(live: Live) -> None:
    ids = {name: live.create_user(name) for name in ("ann", "bob")}
    tokens = {name: sign_in(live, name)[1] for name in ids}
    names = {name: live.prefix + name for name in ids}
    for one, other in (("ann", "bob"), ("bob", "ann")):
        call(live, "PUT", "/api/profile/", tokens[one], {"visibility": "shared"})
        call(live, "POST", "/api/send-message/", tokens[one], {"receiver": names[other], "content": "Hello"})
    with connected(live.webs[1], tokens["bob"]) as viewer:
        assert viewer.call("subscribe", {"user_ids": [ids["ann"]]})["subscribed"] == [ids["ann"]]
        call(live, "POST", "/api/blocks/", tokens["ann"], {"username": names["bob"]})
        wait_until(lambda: ("presence_hidden", {"user_id": ids["ann"]}) in viewer.heard)
