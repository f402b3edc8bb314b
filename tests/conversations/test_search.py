"""Search: words, phrases, people, places, times; only in what one may see."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from pulse.conversations import service
from pulse.conversations.models import Message
from pulse.conversations.queries.search import Wanted, query, search
from pulse.conversations.words import MOST_TERMS, Term, snippet, terms
from pulse.core import clock
from pulse.core.schemas import rfc3339
from pulse.extensions import db
from pulse.workspaces import service as workspaces
from tests.conftest import Person
from tests.conversations.conftest import Team, say
from tests.support.statements import noted
from tests.support.xss import CORPUS


def hits(who: Person, q: str | None = None, **more: Any) -> list[dict[str, Any]]:
    """What a person finds over REST."""
    given = {"q": q, **more}
    answer = who.get("/api/search/?" + urlencode({k: v for k, v in given.items() if v is not None}))
    assert answer.status_code == 200, answer.json
    return list(answer.json["data"])


def bodies(who: Person, q: str | None = None, **more: Any) -> list[str]:
    return [hit["body"] for hit in hits(who, q, **more)]


def test_a_hit_is_a_message_with_its_place(team: Team) -> None:
    channel_id = team.channel("general")
    sent = say(team.ann, channel_id, "The **draft** of <it>")
    (hit,) = hits(team.ann, "draft")
    assert {k: hit[k] for k in ("id", "conversation_id", "seq", "body", "sender")} == {
        "id": sent["id"],
        "conversation_id": channel_id,
        "seq": sent["seq"],
        "body": "The **draft** of <it>",
        "sender": "ann",
    }
    assert hit["conversation_kind"] == "channel"
    assert hit["conversation_name"] == "general"
    assert hit["workspace_id"] == team.id
    assert hit["snippet"] == "The **<mark>draft</mark>** of &lt;it&gt;"


SAID = [
    "Deploy at noon",
    "deployment notes for user@example.org",
    "see https://example.org/docs/api_v2.html?x=1",
    "Grüße aus Köln",
    "rock-and-roll in foo.py",
    "release notes, deploy later",
    "notes release",
    "it's 3.14 or 50%",
    "<b>tagged</b> &amp; joined",
    "新しい メッセージ",
    "नमस्ते दुनिया",
]


@pytest.fixture
def said(team: Team) -> Team:
    channel_id = team.channel()
    for body in SAID:
        say(team.ann, channel_id, body)
    return team


FOUND: list[tuple[str, set[int]]] = [
    ("deploy", {0, 1, 5}),
    ("DEPLOY noon", {0}),
    ("noon DEPLOY", {0}),
    ("depl", {0, 1, 5}),
    ("depl noon", set()),  # only the last word may be unfinished
    ('"deploy"', {0, 5}),
    ('"release notes"', {5}),
    ('"release notes" dep', {5}),
    ('"release no', {5}),
    ("“release notes”", {5}),
    ("release notes", {5, 6}),
    ('deploy "', {0, 1, 5}),
    ("d", set()),
    ("grüße", {3}),
    ("GRÜSSE", set()),
    ("köl", {3}),
    ("kol", set()),
    ("example", {1, 2}),
    ("example notes", {1}),
    ("user@example.org", {1}),
    ("api", {2}),
    ("html x", {2}),
    ("docs/api", {2}),
    ("rock roll", {4}),
    ("rock-and-roll", {4}),
    ("foo.py", {4}),
    ("foo", {4}),
    ("it's", {7}),
    ("3.14", {7}),
    ("50%", {7}),
    ("tagged joined", {8}),
    ("<b>tagged", {8}),
    ("新しい", {9}),
    ("メッセ", {9}),
    ("नमस्ते", {10}),
    ("नमस", {10}),
]


def test_words(said: Team) -> None:
    wrong = {}
    for q, found in FOUND:
        wanted = [body for n, body in reversed([*enumerate(SAID)]) if n in found]
        if (got := bodies(said.ann, q)) != wanted:
            wrong[q] = got
    assert wrong == {}


ODD = [
    '"', '""', "'", "''", "*", "deploy*", "-deploy", "NOT deploy", "deploy AND", "OR",
    "NEAR(deploy noon)", "body:deploy", "{body}:x", "^deploy", "deploy + noon",
    "!", "&", "|", "!deploy", "deploy & !noon",
    "deploy <-> noon", "deploy:*", ":*", "deploy:A", "\\", "\\'", "deploy\\",
    "'; DROP TABLE messages; --",
    "%", "_", "%s %(x)s", ":words", "😀", "👍🏽 👨‍👩‍👧", "...", "( ) [ ] { }", "\u202e", "\t\n", " ", "",
    "a" * 8000, "a " * 4000, '"' * 8000, "*" * 8000, "ab* " * 2000, "ü" * 4000, "²", "\u0300", "\ue000",
    *CORPUS[::20],
]  # fmt: skip


def test_any_text_is_only_text(said: Team) -> None:
    for q in ODD:
        assert len(hits(said.ann, q)) <= len(SAID)
    assert bodies(said.ann, '"deploy at noon"') == SAID[:1]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_any_text_makes_terms_and_a_snippet(q: str) -> None:
    found = terms(q)
    assert len(found) <= MOST_TERMS
    assert not any('"' in term.text for term in found)
    shown = str(snippet(q, found))
    assert shown.count("<mark>") == shown.count("</mark>")
    assert shown.replace("<mark>", "").replace("</mark>", "").count("<") == 0


def test_operators_are_words(said: Team) -> None:
    say(said.ann, said.channel("more"), "this AND that OR NOT near")
    assert bodies(said.ann, "and that") == ["this AND that OR NOT near"]
    assert bodies(said.ann, "NOT near") == ["this AND that OR NOT near"]
    assert bodies(said.ann, "near not") == ["this AND that OR NOT near"]
    assert bodies(said.ann, "deploy OR noon") == []
    assert bodies(said.ann, "NOT deploy") == []


@pytest.mark.parametrize("q", ["a\0b", "a" * 8001])
def test_what_no_message_can_hold_is_refused(said: Team, q: str) -> None:
    answer = said.ann.get("/api/search/?" + urlencode({"q": q}))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_input")


def test_something_must_be_named(team: Team) -> None:
    assert team.ann.get("/api/search/").status_code == 422
    assert team.ann.get("/api/search/?limit=5").status_code == 422
    assert hits(team.ann, "") == []


def test_only_what_one_may_see_now(team: Team) -> None:
    ann, bob, gus, eve = team.ann, team.bob, team.gus, team.eve
    public, private = team.channel("public"), team.channel("private", bob, is_private=True)
    guests = team.channel("guests", gus)
    direct = service.open_direct(ann.id, "eve")
    for place, body in ((public, "word public"), (private, "word private"), (guests, "word guests")):
        say(ann, place, body)
    say(ann, direct, "word direct")
    assert bodies(ann, "word") == ["word direct", "word guests", "word private", "word public"]
    assert bodies(bob, "word") == ["word guests", "word private", "word public"]
    assert bodies(gus, "word") == ["word guests"]
    assert bodies(eve, "word") == ["word direct"]
    for who, place in ((eve, public), (gus, public), (gus, private), (bob, direct), (eve, 999_999)):
        assert bodies(who, "word", conversation_id=place) == []
        assert bodies(who, conversation_id=place) == []
    assert bodies(eve, "word", workspace_id=team.id) == []
    service.remove_member(ann.id, private, bob.id)
    assert bodies(bob, "word") == ["word guests", "word public"]
    workspaces.remove_member(ann.id, team.id, bob.id)
    assert bodies(bob, "word") == []


def test_what_is_deleted_or_edited(team: Team) -> None:
    channel_id = team.channel()
    gone, changed = (say(team.ann, channel_id, body) for body in ("word one", "word two"))
    team.ann.call("DELETE", f"/api/messages/{gone['id']}/")
    team.ann.put(f"/api/messages/{changed['id']}/edit/", {"body": "other"})
    assert bodies(team.ann, "word") == []
    assert bodies(team.ann, "other") == ["other"]
    assert bodies(team.ann, conversation_id=channel_id) == ["other"]


def test_what_the_server_notes_is_not_found(team: Team) -> None:
    channel_id = team.channel("general", team.bob)
    team.ann.call("PATCH", f"/api/channels/{channel_id}/", {"name": "renamed"})
    events = team.ann.get(f"/api/messages/?conversation_id={channel_id}").json["data"]
    assert [one["kind"] for one in events].count("event") >= 1
    assert bodies(team.ann, events[0]["body"].split()[0]) == []
    assert bodies(team.ann, conversation_id=channel_id) == []


def test_person_place_and_time(travel, team: Team) -> None:
    here, there = team.channel("here", team.bob), team.channel("there")
    other = workspaces.create(team.ann.id, "Other")
    elsewhere = service.create(team.ann.id, other, "elsewhere")
    times = []
    for who, place, body in (
        (team.ann, here, "word 1"),
        (team.bob, here, "word 2"),
        (team.ann, there, "word 3"),
        (team.ann, elsewhere, "word 4"),
    ):
        times.append(rfc3339(clock.now()))
        say(who, place, body)
        travel.shift(60)
    assert bodies(team.ann, "word", conversation_id=here) == ["word 2", "word 1"]
    assert bodies(team.ann, "word", workspace_id=team.id) == ["word 3", "word 2", "word 1"]
    assert bodies(team.ann, "word", sender="BOB") == ["word 2"]
    assert bodies(team.ann, sender="bob") == ["word 2"]
    assert bodies(team.ann, "word", sender="nobody") == []
    assert bodies(team.ann, "word", after=times[2]) == ["word 4", "word 3"]
    assert bodies(team.ann, "word", before=times[2]) == ["word 2", "word 1"]
    assert bodies(team.ann, after=times[1], before=times[3]) == ["word 3", "word 2"]
    assert team.ann.get("/api/search/?after=2026-01-01T00:00:00").status_code == 422


def test_pages_lead_to_older_hits(team: Team) -> None:
    channel_id = team.channel()
    for n in range(7):
        say(team.ann, channel_id, f"word {n}")
    for q in ("word", None):
        seen: list[str] = []
        cursor = None
        for _ in range(3):
            parts = {"q": q, "conversation_id": channel_id, "limit": 3, "cursor": cursor}
            page = team.ann.get("/api/search/?" + urlencode({k: v for k, v in parts.items() if v})).json
            seen += [hit["body"] for hit in page["data"]]
            cursor = page["next"]
        assert seen == [f"word {n}" for n in reversed(range(7))]
        assert cursor is None
    assert team.ann.get("/api/search/?q=word&cursor=abc").status_code == 422


def test_files_and_quotes_come_with_their_messages(team: Team) -> None:
    channel_id = team.channel()
    first = say(team.ann, channel_id, "question")
    say(team.ann, channel_id, "word answer", reply_to=first["id"])
    (hit,) = hits(team.ann, "word")
    assert hit["reply_to"]["id"] == first["id"]


def test_it_is_one_statement(team: Team) -> None:
    with noted() as statements:
        search(team.ann.id, Wanted(terms=terms("word")), None, 20)
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("one two", [Term("one"), Term("two", True)]),
        ("one t", [Term("one"), Term("t")]),
        ('"one two"', [Term("one two")]),
        ('"one two', [Term("one two", True)]),
        ('one "two" three', [Term("one"), Term("three", True), Term("two")]),
        ("- ! one ?", [Term("one", True)]),
        ('""', []),
    ],
)
def test_terms(q: str, found: list[Term]) -> None:
    assert sorted(terms(q), key=lambda term: term.text) == found


def test_only_so_many_terms_of_such_length() -> None:
    assert len(terms(" ".join(f"word{n}" for n in range(100)))) == MOST_TERMS
    assert terms("x" * 8000) == [Term("x" * 100, True)]
    assert terms("x" * 8000 + " y") == [Term("x" * 100, True), Term("y")]


@pytest.mark.parametrize(
    ("body", "q", "shown"),
    [
        ("one two three", "two", "one <mark>two</mark> three"),
        ("one two three", "TH", "one two <mark>three</mark>"),
        ("one two three", "tw th", "one two <mark>three</mark>"),
        ("One, two! three", '"one two"', "<mark>One, two</mark>! three"),
        ("a < b", "b", "a &lt; <mark>b</mark>"),
        ("a\n\n  b", "b", "a <mark>b</mark>"),
        ("<script>xss()</script>", "script", "&lt;<mark>script</mark>&gt;xss()&lt;/<mark>script</mark>&gt;"),
        ("nothing of it", "word", "nothing of it"),
        ("begin " + "x " * 50 + "word end", "word", "…" + "x " * 19 + "<mark>word</mark> end"),
        ("word " * 100, "zzz", ("word " * 40)[:200] + "…"),
    ],
)
def test_snippets(body: str, q: str, shown: str) -> None:
    assert str(snippet(body, terms(q))) == shown


def fill(team: Team, count: int, is_analysed: bool) -> None:
    """A channel with many messages, of which each seventh says `word`, each thousandth `rare`."""
    channel_id = team.channel()
    now = clock.now()
    rows = [
        {
            "conversation_id": channel_id,
            "seq": 100 + n,
            "rev": 100 + n,
            "sender_id": team.ann.id,
            "kind": "text",
            "body": f"number {n}{' word' if n % 7 == 0 else ''}{' rare' if n % 1000 == 0 else ''}",
            "mentions": [],
            "mentions_all": False,
            "created_at": now + timedelta(seconds=n),
        }
        for n in range(count)
    ]
    db.session.execute(Message.__table__.insert(), rows)
    db.session.commit()
    if is_analysed:
        db.session.execute(text("ANALYZE messages"))
        db.session.commit()


@pytest.mark.parametrize("is_analysed", [True, False])
def test_the_index_is_used(team: Team, is_analysed: bool) -> None:
    fill(team, 5000, is_analysed)
    sql = query(team.ann.id, Wanted(terms=terms('"rare"')), None, 20).compile(
        db.engine, compile_kwargs={"literal_binds": True}
    )
    is_sqlite = db.engine.dialect.name == "sqlite"
    how = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    plan = "\n".join(row[-1] for row in db.session.connection().exec_driver_sql(how + str(sql)))
    if is_sqlite:
        if is_analysed:
            db.session.execute(text("DROP TABLE sqlite_stat1"))
            db.session.commit()
        assert plan.startswith("SCAN message_search VIRTUAL TABLE INDEX"), plan
        assert "SEARCH messages USING INTEGER PRIMARY KEY" in plan
        assert "ORDER BY" not in plan
    else:
        assert "ix_messages_search" in plan
        assert "Seq Scan on messages" not in plan
