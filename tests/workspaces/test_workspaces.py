"""Workspaces over REST: what one is not in does not exist."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.conftest import Person


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    return person("ann")


@pytest.fixture
def bob(person: Callable[..., Person]) -> Person:
    return person("bob")


@pytest.fixture
def carl(person: Callable[..., Person]) -> Person:
    return person("carl")


def create(person: Person, name: str = "Engineering") -> int:
    answer = person.post("/api/workspaces/", {"name": name, "description": "Those who build it"})
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def show(person: Person) -> None:
    """Let everyone see whether this person is here."""
    assert person.put("/api/profile/", {"visibility": "everyone"}).status_code == 200


def add(actor: Person, workspace: int, member: Person, role: str = "member") -> Any:
    return actor.post(f"/api/workspaces/{workspace}/members/", {"user_id": member.id, "role": role})


def roles(person: Person, workspace: int) -> dict[str, str]:
    answer = person.get(f"/api/workspaces/{workspace}/members/")
    assert answer.status_code == 200
    return {member["username"]: member["role"] for member in answer.json["data"]}


def test_whoever_makes_a_workspace_owns_it(ann: Person) -> None:
    workspace = create(ann, "Märkte 🚀")
    answer = ann.get(f"/api/workspaces/{workspace}/").json
    assert (answer["name"], answer["role"], answer["member_count"]) == ("Märkte 🚀", "owner", 1)
    assert answer["created_by"] == "ann@example.org"
    assert roles(ann, workspace) == {"ann": "owner"}


def test_lists_hold_ones_own_workspaces_by_name_and_page(ann: Person, bob: Person) -> None:
    for name in ("beta", "Alpha", "alpha", "gamma"):
        create(ann, name)
    create(bob, "hidden")
    first = ann.get("/api/workspaces/?limit=3").json
    assert [w["name"] for w in first["data"]] == ["Alpha", "alpha", "beta"]
    second = ann.get(f"/api/workspaces/?limit=3&cursor={first['next']}").json
    assert ([w["name"] for w in second["data"]], second["next"]) == (["gamma"], None)


def test_managers_rename_and_others_do_not(ann: Person, bob: Person) -> None:
    workspace = create(ann)
    show(bob)
    assert add(ann, workspace, bob).status_code == 201
    assert bob.call("PATCH", f"/api/workspaces/{workspace}/", {"name": "Mine"}).status_code == 403
    changed = ann.call("PATCH", f"/api/workspaces/{workspace}/", {"name": "Makers"})
    assert (changed.json["name"], changed.json["description"]) == ("Makers", "Those who build it")


def test_to_strangers_a_workspace_does_not_exist(ann: Person, bob: Person) -> None:
    workspace = create(ann)
    doors = [
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("GET", "members/", None),
        ("POST", "members/", {"user_id": 1}),
        ("PATCH", f"members/{ann.id}/", {"role": "member"}),
        ("DELETE", f"members/{ann.id}/", None),
        ("DELETE", f"members/{bob.id}/", None),
        ("GET", "invitations/", None),
        ("POST", "invitations/", {"email": "x@example.org"}),
        ("DELETE", "invitations/1/", None),
    ]
    for method, path, body in doors:
        there = bob.call(method, f"/api/workspaces/{workspace}/{path}", body)
        nowhere = bob.call(method, f"/api/workspaces/999999/{path}", body)
        assert there.status_code == nowhere.status_code == 404, (method, path)
        assert there.json == nowhere.json


def test_nobody_is_added_who_does_not_show_themselves(ann: Person, bob: Person) -> None:
    """Adding by number is no way to find out who is here."""
    workspace = create(ann)
    hidden, missing = (
        add(ann, workspace, bob),
        ann.post(f"/api/workspaces/{workspace}/members/", {"user_id": 999}),
    )
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json == missing.json
    show(bob)
    assert add(ann, workspace, bob).json["role"] == "member"
    assert add(ann, workspace, bob).json["code"] == "already_member"


def test_sharing_a_workspace_shows_presence_until_one_leaves(ann: Person, bob: Person, carl: Person) -> None:
    workspace = create(ann)
    show(bob)
    add(ann, workspace, bob)
    show(carl)
    add(ann, workspace, carl)
    for person in (bob, carl):
        person.put("/api/profile/", {"visibility": "shared"})
    assert bob.get(f"/api/users/{carl.id}/presence/").json["status"] == "online"
    assert {u["username"] for u in bob.get("/api/users/").json["data"]} == {"ann", "bob", "carl"}
    assert bob.call("DELETE", f"/api/workspaces/{workspace}/members/{bob.id}/").status_code == 204
    assert bob.get(f"/api/users/{carl.id}/presence/").status_code == 404
    assert {u["username"] for u in bob.get("/api/users/").json["data"]} == {"bob"}
    assert bob.get(f"/api/workspaces/{workspace}/").status_code == 404


def test_nobody_gives_or_takes_more_than_they_have(ann: Person, bob: Person, carl: Person) -> None:
    workspace = create(ann)
    for person in (bob, carl):
        show(person)
    add(ann, workspace, bob, "admin")
    assert add(bob, workspace, carl, "owner").json["code"] == "role_too_high"
    assert add(bob, workspace, carl, "guest").status_code == 201
    path = f"/api/workspaces/{workspace}/members"
    assert bob.call("PATCH", f"{path}/{carl.id}/", {"role": "owner"}).status_code == 403
    assert bob.call("PATCH", f"{path}/{carl.id}/", {"role": "admin"}).status_code == 200
    assert bob.call("PATCH", f"{path}/{ann.id}/", {"role": "member"}).status_code == 403
    assert bob.call("DELETE", f"{path}/{ann.id}/").status_code == 403
    assert carl.call("DELETE", f"{path}/{bob.id}/").status_code == 204  # admins are equals
    assert roles(ann, workspace) == {"ann": "owner", "carl": "admin"}


def test_a_workspace_keeps_an_owner(app: Flask, ann: Person, bob: Person) -> None:
    workspace = create(ann)
    path = f"/api/workspaces/{workspace}/members"
    for method, body in (("DELETE", None), ("PATCH", {"role": "member"})):
        answer = ann.call(method, f"{path}/{ann.id}/", body)
        assert (answer.status_code, answer.json["code"]) == (409, "last_owner")
    show(bob)
    add(ann, workspace, bob, "owner")
    # two owners leave at once: one of them stays
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda p=p: answers.append(p.call("DELETE", f"{path}/{p.id}/").status_code))
        for p in (ann, bob)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [204, 409]


def test_owners_delete_it_with_all_that_is_in_it(ann: Person, bob: Person) -> None:
    workspace = create(ann)
    show(bob)
    add(ann, workspace, bob, "admin")
    assert bob.call("DELETE", f"/api/workspaces/{workspace}/").status_code == 403
    assert ann.call("DELETE", f"/api/workspaces/{workspace}/").status_code == 204
    assert ann.get(f"/api/workspaces/{workspace}/").status_code == 404
    assert bob.get("/api/workspaces/").json["data"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": "a\0b"},
        {"name": 7},
        {"name": None},
        {"name": "ok", "description": "x" * 1001},
        [],
    ],
)
def test_bad_names_are_refused(ann: Person, body: object) -> None:
    assert ann.post("/api/workspaces/", body).status_code == 422
    assert ann.get("/api/workspaces/").json["data"] == []


@pytest.mark.parametrize("body", [{}, {"user_id": 0}, {"user_id": "ann"}, {"user_id": 1, "role": "king"}])
def test_bad_members_are_refused(ann: Person, body: object) -> None:
    workspace = create(ann)
    assert ann.post(f"/api/workspaces/{workspace}/members/", body).status_code == 422
