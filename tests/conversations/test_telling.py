"""What conversations put on the bus: late or twice, it is still true."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from pulse.conversations import reactions, service
from pulse.conversations.events import MemberAdded, MemberRemoved
from pulse.core import bus
from pulse.core.context import context
from pulse.extensions import store
from pulse.workspaces.events import WorkspaceDeleted
from tests.conversations.conftest import Team


def told() -> list[dict[str, Any]]:
    """All entries of the bus since the last call."""
    entries = [orjson.loads(fields["m"]) for _, fields in store.client.xrange(bus.BUS)]
    store.client.delete(bus.BUS)
    return entries


def updates() -> list[dict[str, Any]]:
    return [one for one in told() if one.get("e") == "conversation_updated"]


def test_who_is_back_is_not_told_late_of_having_left(team: Team) -> None:
    channel = team.channel("general", team.bob)
    told()
    reactions.tell_left(MemberRemoved(channel, team.bob.id, team.bob.id))
    assert updates() == []
    reactions.tell_left(MemberRemoved(channel, team.eve.id, team.ann.id))
    assert {one["d"]["user_id"] for one in updates()} == {team.eve.id}


def test_who_has_left_learns_nothing_new(team: Team) -> None:
    channel = team.channel("general", team.bob, is_private=True)
    service.remove_member(team.ann.id, channel, team.bob.id)
    service.update(team.ann.id, channel, {"name": "secret", "topic": "secret"})
    told()
    reactions.tell_left(MemberRemoved(channel, team.bob.id, team.ann.id))
    mine = [one for one in updates() if f"user:{team.bob.id}" in one["r"]]
    assert [one["d"]["change"] for one in mine] == ["left"]
    assert "secret" not in str(mine)


def test_who_is_gone_again_is_not_told_late_of_having_come(team: Team) -> None:
    channel = team.channel("general")
    told()
    reactions.tell_joined(MemberAdded(channel, team.bob.id, team.ann.id))
    assert updates() == []


def test_new_members_enter_the_room_though_the_process_dies(
    team: Team, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(context().wiring.after_commit, MemberAdded, [])  # type: ignore[call-overload]
    service.open_direct(team.ann.id, "eve")
    told()
    work()
    synced = [one["d"]["user_ids"] for one in told() if one.get("call") == reactions.SYNC_ROOMS]
    assert sorted(synced) == [[team.ann.id], [team.eve.id]]


def test_a_workspace_of_many_ends_with_few_words(team: Team) -> None:
    told()
    reactions.leave_deleted(WorkspaceDeleted(team.id, list(range(1, 2001))))
    assert len(told()) == 2
