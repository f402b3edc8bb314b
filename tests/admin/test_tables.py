"""The admin tables: what they show, search, filter and sort; how little SQL that takes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, text

from pulse.accounts.models import AuditEntry, User
from pulse.core import clock, jobs
from pulse.core.outbox import Outbox
from pulse.core.permissions import Role
from pulse.extensions import db
from pulse.presence.models import StatusChange
from tests.admin.conftest import Browser, Statements

TABLES = ["users", "sessions", "history", "audit", "outbox", "workspaces", "conversations", "messages"]
DAY = datetime(2026, 5, 4, 12, tzinfo=UTC)
BAD = ["-1", "99999999999999999999", "x", "%00", "1%27--", "\U0001f600"]


def write_history(user_id: int, count: int, **options: object) -> None:
    rows = [
        {
            "user_id": user_id,
            "status": "online",
            "previous": "offline",
            "device_type": "web",
            "at": DAY + timedelta(minutes=number),
            "epoch": 1,
            "version": number,
            **options,
        }
        for number in range(count)
    ]
    db.session.execute(insert(StatusChange), rows)
    db.session.commit()


def test_users_are_found_by_part_of_name_or_mail(boss: Browser, create_user: Callable[..., User]) -> None:
    for name in ("annabel", "bob"):
        create_user(name, full_name=f"{name.title()} <b>Long</b>")
    page = boss.get("/admin/users/?search=NNAB").text
    assert "annabel@example.org" in page
    assert "bob@example.org" not in page
    assert "Annabel &lt;b&gt;Long" in page
    assert "bob" in boss.get("/admin/users/?search=bob%40example").text
    assert "Nothing here that fits" in boss.get("/admin/users/?search=zz").text


def test_users_are_filtered_and_sorted(boss: Browser, create_user: Callable[..., User]) -> None:
    for name, role in (("Zoe", Role.AGENT), ("ann", Role.USER), ("Bob", Role.USER)):
        create_user(name, role)
    page = boss.get("/admin/users/?flt0_role_equals=agent").text
    assert "Zoe" in page
    assert "Bob" not in page
    assert 'value="agent" selected' in page
    names = [f"{name}@example.org" for name in ("ann", "bob", "boss", "zoe")]
    upwards = boss.get("/admin/users/?sort=1").text
    assert sorted(names, key=upwards.index) == names
    assert 'aria-sort="ascending"' in upwards
    downwards = boss.get("/admin/users/?sort=1&desc=1").text
    assert sorted(names, key=downwards.index) == names[::-1]


def test_secrets_are_on_no_page(boss: Browser, app: Flask) -> None:
    secrets = db.session.execute(
        text("SELECT password_hash FROM users UNION SELECT refresh_jti FROM sessions")
    ).scalars()
    pages = [boss.get(f"/admin/{name}/").text for name in ("users", "sessions")]
    pages += [boss.get(f"/admin/{name}/details/?id=1").text for name in ("users", "sessions")]
    for secret in secrets:
        assert not any(secret in page for page in pages)


@pytest.mark.parametrize("who", ["ANN", "ann@example.org", "{id}"])
def test_history_of_one_person(boss: Browser, create_user: Callable[..., User], who: str) -> None:
    ann, bob = create_user("ann"), create_user("bob")
    write_history(ann.id, 3)
    write_history(bob.id, 3)
    page = boss.get("/admin/history/", query_string={"search": who.format(id=ann.id)}).text
    assert page.count('<td data-label="User">ann</td>') == 3
    assert "bob" not in page


def test_a_user_leads_to_all_about_them(boss: Browser, create_user: Callable[..., User]) -> None:
    ann = create_user("ann")
    write_history(ann.id, 1)
    page = boss.get(f"/admin/users/details/?id={ann.id}").text
    for table in ("sessions", "history", "audit"):
        assert f'href="/admin/{table}/?search={ann.id}"' in page
    assert ">ann</td>" in boss.get(f"/admin/history/?search={ann.id}").text


def test_history_of_some_days(boss: Browser, create_user: Callable[..., User]) -> None:
    ann = create_user("ann")
    for day in range(3):
        write_history(ann.id, 1, at=DAY + timedelta(days=day), version=day)
    page = boss.get("/admin/history/?flt2_from_day=2026-05-05&flt3_until_day=2026-05-05").text
    assert "2026-05-05 12:00:00" in page
    assert "2026-05-04 12" not in page
    assert "2026-05-06 12" not in page


def test_pages_follow_each_other_without_a_row_too_many(
    boss: Browser, create_user: Callable[..., User]
) -> None:
    ann = create_user("ann")
    write_history(ann.id, 100)
    first = boss.get("/admin/history/").text
    second = boss.get("/admin/history/?page=1").text
    assert first.count("/admin/history/details/") == second.count("/admin/history/details/") == 50
    assert 'rel="next"' in first
    assert 'rel="next"' not in second
    assert 'rel="prev"' in second


@pytest.mark.parametrize("table", TABLES)
def test_lists_never_count_rows_and_ask_little(
    boss: Browser, create_user: Callable[..., User], statements: Statements, table: str
) -> None:
    users = [create_user(f"user{number}") for number in range(5)]
    for user in users:
        write_history(user.id, 20)
        db.session.add(AuditEntry(at=clock.now(), actor_id=boss.user_id, action="x", target_id=user.id))
    db.session.commit()
    statements.clear()
    assert boss.get(f"/admin/{table}/?search=user1").status_code == 200
    assert not [one for one, _ in statements if "count(" in one.lower()]
    selects = [one for one, _ in statements if one.startswith("SELECT")]
    assert len(selects) <= 5, selects  # session, frame, search, rows, names


@pytest.mark.parametrize("query", ["", "?search=ann", "?page=100", "?sort=0", "?flt2_from_day=2026-05-05"])
def test_history_is_read_by_index(
    boss: Browser, create_user: Callable[..., User], statements: Statements, query: str
) -> None:
    write_history(create_user("ann").id, 300)
    boss.get(f"/admin/history/{query}")
    (asked,) = [one for one in statements if "FROM status_changes" in one[0]]
    plan = explain(*asked)
    assert "ix_status_changes" in plan
    assert "TEMP B-TREE" not in plan
    assert "->  Sort" not in plan, plan


def explain(statement: str, parameters: Any) -> str:
    """How the database runs a statement, if it may not choose to read or sort a small table as a whole."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    if not is_sqlite:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        db.session.execute(text("SET LOCAL enable_sort = off"))
    explanation = f"{'EXPLAIN QUERY PLAN' if is_sqlite else 'EXPLAIN'} {statement}"
    plan = db.session.connection().exec_driver_sql(explanation, parameters).all()
    return "\n".join(str(row) for row in plan)


def test_bad_questions_are_no_errors(boss: Browser) -> None:
    names = ("page", "sort", "desc", "search", "page_size", "flt0_role_equals", "flt2_from_day")
    for table in TABLES:
        for name in names:
            for value in [*BAD, "a" * 5000]:
                assert boss.get(f"/admin/{table}/?{name}={value}").status_code == 200, (table, name, value)


def test_bad_row_numbers_lead_back_to_the_list(boss: Browser) -> None:
    for table in TABLES:
        for value in [*BAD, "", "9" * 30]:
            answer = boss.get(f"/admin/{table}/details/?id={value}")
            assert answer.status_code == 302, (table, value)
            assert answer.location == f"/admin/{table}/"


def test_bad_questions_about_devices_are_no_errors(boss: Browser) -> None:
    for name in ("status", "search", "cursor"):
        for value in BAD:
            assert boss.get(f"/admin/devices/?{name}={value}").status_code == 200


def test_live_devices(boss: Browser, person: Callable[..., object]) -> None:
    ann = person("ann")
    ann.post("/api/users/heartbeat/", {"device_id": "phone-1", "device_type": "mobile"})
    from_redis = boss.get("/admin/devices/?search=ann&status=offline").text
    # History is not recorded yet, so SQL still says offline; what is shown comes from Redis.
    assert "phone-1" in from_redis
    assert "mobile" in from_redis
    assert 'data-status="online"' in from_redis
    assert "phone-1" not in boss.get("/admin/devices/?search=nobody&status=offline").text


def test_the_outbox_and_failed_jobs_are_shown(boss: Browser, app: Flask, work: Callable[[], None]) -> None:
    now = clock.now()
    row = Outbox(event_type="a:Event", payload={"a": "<x>"}, pending=["b"], created_at=now, next_try_at=now)
    db.session.add(row)
    db.session.commit()
    jobs.enqueue(json.loads, "no json")
    work()
    assert "a:Event" in boss.get("/admin/outbox/").text
    assert "&lt;x&gt;" in boss.get(f"/admin/outbox/details/?id={row.id}").text
    page = boss.get("/admin/failed-jobs/").text
    assert "JSONDecodeError: Expecting value" in page
    assert "no json" in page
    first = boss.get("/admin/").text
    assert "1 failed" in first
