"""The mailed link opens an account."""

import pytest

from pulse.accounts import service, signing
from pulse.extensions import db
from tests.accounts.conftest import fresh, link_in, statements

ANN = {"username": "ann", "email": "ann@example.org", "password": "a long password"}
DAY = 24 * 3600


@pytest.fixture
def link(travel, client, mailed) -> str:
    client.post("/api/register/", json=ANN)
    return link_in(mailed()[0])


def sign_in(client) -> int:
    return client.post("/api/login/", json=ANN).status_code


def test_the_link_activates_and_may_be_followed_twice(client, link) -> None:
    assert sign_in(client) == 401
    for _ in range(2):
        answer = client.get(link)
        assert (answer.status_code, "verified" in answer.json["message"]) == (200, True)
    assert fresh(1).email_verified_at is not None
    assert sign_in(client) == 200


def test_a_browser_goes_on_to_the_sign_in_page(client, link) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    answer = client.get(link, headers=accept)
    assert (answer.status_code, answer.location) == (302, "/sign-in?verified=1")
    answer = client.get("/api/verify-email/wrong/", headers=accept)
    assert (answer.status_code, answer.location) == (302, "/sign-in?verified=0")


def test_the_link_is_good_for_three_days(client, link, travel) -> None:
    travel.shift(3 * DAY + 1)
    answer = client.get(link)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_token")
    assert sign_in(client) == 401


def test_the_link_is_for_one_address(client, link) -> None:
    user = fresh(1)
    user.email = "new@example.org"
    db.session.commit()
    assert client.get(link).json["code"] == "invalid_token"


def test_foreign_tokens(client) -> None:
    for token in ("x", "a.b.c", "%00", "😀", "." * 100, "x" * 5000, "%ff%fe"):
        answer = client.get(f"/api/verify-email/{token}/")
        assert (answer.status_code, answer.json["code"]) == (400, "invalid_token"), token[:20]


def test_a_token_for_another_purpose_is_foreign(client, create_user) -> None:
    create_user("ann")
    assert client.get("/api/verify-email/" + signing.csrf_value(1)).json["code"] == "invalid_token"


def test_it_does_not_reopen_a_suspended_account(client, link) -> None:
    service.set_account_status(None, 1, "suspended")
    assert client.get(link).status_code == 200
    assert fresh(1).account_status == "suspended"


def test_the_link_is_sent_again_to_whoever_waits_for_it_only(client, link, create_user, mailed) -> None:
    create_user("active")
    mailed()
    answers, costs = [], []
    for email in ("ann@example.org", "active@example.org", "nobody@example.org"):
        with statements() as seen:
            answers.append(client.post("/api/verify-email/", json={"email": email}))
        costs.append(len(seen))
    assert {answer.data for answer in answers} == {answers[0].data}
    assert len(set(costs)) == 1
    (text,) = mailed()
    assert client.get(link_in(text)).status_code == 200
