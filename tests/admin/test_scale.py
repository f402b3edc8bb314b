"""The status board's questions at 10,000 users: little SQL and few Redis round trips, whatever is asked."""

from typing import Any

import pytest
from sqlalchemy import insert, text

from pulse.accounts.models import User
from pulse.core import clock
from pulse.extensions import db, store
from pulse.presence.models import UserPresence
from tests.admin.conftest import Browser, Statements

PEOPLE = 10_000
STATUSES = ("online", "away", "busy", "offline")
QUESTIONS = [
    "",
    "&status=online",
    "&account_status=active&role=user",
    "&q=user01",
    "&sort=since&order=desc",
    "&sort=last_seen&order=desc",
    "&sort=status",
    "&sort=created_at&order=desc&status=away",
]


@pytest.fixture
def crowd(boss: Browser) -> None:
    now = clock.now()
    people = [
        {"id": number, "username": f"user{number:05}", "account_status": "active", "created_at": now}
        for number in range(100, 100 + PEOPLE)
    ]
    presences = [
        {"user_id": one["id"], "presence": STATUSES[one["id"] % 4], "since": now, "last_seen": now}
        for one in people
    ]
    db.session.execute(insert(User), people)
    db.session.execute(insert(UserPresence), presences)
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()


@pytest.fixture
def round_trips(app: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that is sent to Redis, one entry for each round trip."""
    sent: list[str] = []
    connection = store.client.connection_pool.connection_class
    send = connection.send_packed_command

    def note(self: Any, command: Any, *args: Any, **options: Any) -> Any:
        sent.append(str(command)[:80])
        return send(self, command, *args, **options)

    monkeypatch.setattr(connection, "send_packed_command", note)
    return sent


@pytest.mark.usefixtures("crowd")
def test_every_page_of_the_board_is_little_work(
    boss: Browser, statements: Statements, round_trips: list[str]
) -> None:
    for question in QUESTIONS:
        path = f"/api/users/all-users/?limit=50{question}"
        boss.get(path)  # brings these users into Redis, which does not know them yet
        statements.clear()
        round_trips.clear()
        answer = boss.get(path)
        assert answer.status_code == 200, answer.text
        assert len(answer.json["data"]) == 50
        assert answer.json["counts"]["total"] == PEOPLE + 1
        selects = [one for one, _ in statements if one.startswith("SELECT")]
        assert len(selects) <= 4, (question, selects)  # session, page, counts
        assert 1 <= len(round_trips) <= 3, (question, round_trips)
        following = boss.get(f"{path}&cursor={answer.json['next']}").json["data"]
        assert not {one["user_id"] for one in following} & {one["user_id"] for one in answer.json["data"]}
