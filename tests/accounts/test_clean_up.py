"""What is of no use any more goes away by itself."""

import pytest
from sqlalchemy import select

from pulse.accounts import service
from pulse.accounts.jobs import clean_up
from pulse.accounts.models import LoginCode, Session, User
from pulse.extensions import db

DAY = 24 * 3600
NEW = {"username": "new", "email": "new@example.org", "password": "a long password"}


def left(column) -> list:
    db.session.rollback()
    return list(db.session.scalars(select(column).order_by(column)))


def test_unverified_accounts_and_reservations_go_after_seven_days(travel, client, create_user) -> None:
    create_user("ann")
    client.post("/api/register/", json=NEW)
    client.post("/api/register/", json={**NEW, "username": "other", "email": "ann@example.org"})
    travel.shift(7 * DAY)
    clean_up()
    for name in ("new", "other"):  # both taken still
        body = {**NEW, "username": name, "email": "x@example.org"}
        assert client.post("/api/register/", json=body).status_code == 409
    travel.shift(1)
    clean_up()
    assert left(User.username) == ["ann"]
    for name in ("new", "other"):  # both free again
        body = {**NEW, "username": name, "email": f"{name}-2@example.org"}
        assert client.post("/api/register/", json=body).status_code == 201


@pytest.mark.parametrize("status", ["active", "suspended", "banned", "pending"])
def test_accounts_that_were_open_once_stay(travel, create_user, status) -> None:
    user = create_user("ann")
    service.set_account_status(None, user.id, status)
    opened = create_user("bob", active=False)
    service.set_account_status(None, opened.id, "active")
    service.set_account_status(None, opened.id, status)
    travel.shift(400 * DAY)
    clean_up()
    assert left(User.username) == ["ann", "bob"]


def test_spent_codes_go_but_no_lock_is_lifted(travel, client) -> None:
    client.post("/api/request-otp/", json={"email": "a@example.org"})
    travel.shift(1800)
    clean_up()
    assert len(left(LoginCode.email_digest)) == 1
    travel.shift(DAY)
    clean_up()
    assert left(LoginCode.email_digest) == []


def test_sessions_stay_for_ninety_days_after_their_end(travel, create_user) -> None:
    ann = create_user("ann")
    ended, expired = (service.sign_in(ann).id for _ in range(2))
    service.end_sessions(ann.id, "revoked", only=ended)
    travel.shift(90 * DAY + 1)
    live = service.sign_in(ann).id
    clean_up()
    assert left(Session.id) == [expired, live]
    travel.shift(30 * DAY)
    clean_up()
    assert left(Session.id) == [live]
