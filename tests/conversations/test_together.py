"""Messages that are sent together: one transaction and a handful of statements, each with its own outcome."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from pulse.conversations import policy, service
from pulse.conversations.events import MessageSent
from pulse.conversations.models import Conversation, Member, Message
from pulse.conversations.queries.messages import MessageView
from pulse.conversations.service import sending
from pulse.conversations.service.sending import Draft, Sending
from pulse.core.context import context
from pulse.core.errors import PulseError
from pulse.extensions import db
from tests.conversations.conftest import Team
from tests.conversations.test_telling import told
from tests.conversations.uploads import uploaded
from tests.support.statements import noted


def send(*sendings: Sending) -> Sequence[MessageView | Exception]:
    """What becomes of those that wait for their turn together."""
    return sending._send.__wrapped__(sendings)  # type: ignore[attr-defined, no-any-return]


def brief(outcome: MessageView | Exception) -> object:
    if isinstance(outcome, PulseError):
        return outcome.code
    assert isinstance(outcome, MessageView), outcome
    return outcome.conversation.id, outcome.message.seq, outcome.message.body


def test_each_has_its_own_outcome(team: Team) -> None:
    one, other, old = team.channel("one", team.bob), team.channel("other", team.bob), team.channel("old")
    service.archive(team.ann.id, old, True)
    ann, bob, eve = team.ann.id, team.bob.id, team.eve.id
    outcomes = send(
        Sending(ann, one, Draft("a", "a")),
        Sending(bob, one, Draft("b")),
        Sending(eve, one, Draft("no business here")),
        Sending(ann, other, Draft("c", "c")),
        Sending(ann, 999_999, Draft("nowhere")),
        Sending(ann, old, Draft("too late")),
        Sending(ann, one, Draft("a again", "a")),
        Sending(ann, other, Draft("a elsewhere", "a")),
        Sending(bob, one, Draft("mine, not hers", "a")),
        Sending(bob, one, Draft("quoting nothing", reply_to=999_999)),
        Sending(bob, other, Draft("d @ann")),
    )
    assert [brief(outcome) for outcome in outcomes] == [
        (one, 1, "a"),
        (one, 2, "b"),
        "not_found",
        (other, 1, "c"),
        "not_found",
        "archived",
        (one, 1, "a"),
        "client_id_used",
        (one, 3, "mine, not hers"),
        "unknown_message",
        (other, 2, "d @ann"),
    ]
    again = send(Sending(ann, other, Draft("c again", "c")), Sending(bob, one, Draft("e")))
    assert [brief(outcome) for outcome in again] == [(other, 1, "c"), (one, 4, "e")]
    db.session.rollback()
    rows = db.session.execute(select(Conversation.last_seq, Conversation.last_rev).order_by(Conversation.id))
    assert rows.all()[:2] == [(4, 4), (2, 2)]
    read = {(one.conversation_id, one.user_id): one.read_seq for one in db.session.scalars(select(Member))}
    assert (read[one, ann], read[one, bob], read[other, ann], read[other, bob]) == (1, 4, 1, 2)
    assert db.session.scalars(select(Message.mentions).where(Message.body == "d @ann")).one() == [ann]


def test_all_are_told_in_their_order(team: Team) -> None:
    channel = team.channel("general", team.bob)
    told()
    send(*(Sending(team.ann.id, channel, Draft(f"{number}")) for number in range(30)))
    entries = [entry for entry in told() if entry.get("e") == "new_message"]
    assert [entry["d"]["message"]["body"] for entry in entries] == [str(number) for number in range(30)]
    assert [entry["d"]["rev"] for entry in entries] == list(range(1, 31))


def test_many_ask_no_more_statements_than_two(team: Team) -> None:
    channels = [team.channel(f"channel {number}", team.bob) for number in range(3)]

    def count(size: int, start: str) -> int:
        with noted() as statements:
            outcomes = send(
                *(
                    Sending((team.ann, team.bob)[at % 2].id, channels[at % 3], Draft("x", f"{start}-{at}"))
                    for at in range(size)
                )
            )
        assert all(isinstance(outcome, MessageView) for outcome in outcomes)
        return len(statements)

    count(2, "first")  # which also connects
    assert count(2, "few") == count(40, "many") < 9


def test_a_file_goes_with_one_message_only(team: Team) -> None:
    channel = team.channel("general")
    file_id = uploaded(team.ann)["id"]
    db.session.rollback()
    outcomes = send(
        Sending(team.ann.id, channel, Draft("first", attachment_ids=(file_id,))),
        Sending(team.ann.id, channel, Draft("second", attachment_ids=(file_id,))),
        Sending(team.ann.id, channel, Draft("third")),
    )
    assert [brief(outcome) for outcome in outcomes] == [
        (channel, 1, "first"),
        "unknown_attachment",
        (channel, 2, "third"),
    ]


def test_two_who_begin_together_know_each_other(team: Team) -> None:
    direct = service.open_direct(team.ann.id, "bob")
    send(Sending(team.ann.id, direct, Draft("Hello")), Sending(team.ann.id, direct, Draft("you there?")))
    assert not is_mutual(direct)
    other = service.open_direct(team.ann.id, "eve")
    send(Sending(team.ann.id, other, Draft("Hello")), Sending(team.eve.id, other, Draft("Hi")))
    assert is_mutual(other)


def is_mutual(conversation_id: int) -> bool:
    db.session.rollback()
    return bool(db.session.scalar(select(Conversation.is_mutual).where(Conversation.id == conversation_id)))


def test_what_was_sent_can_be_looked_at_though_telling_failed(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when Redis is away: the session is rolled back then, and it is another sender's anyway."""

    def fail(events: object) -> None:
        raise ConnectionError("nobody is told")

    direct = service.open_direct(team.ann.id, "bob")
    monkeypatch.setitem(context().wiring.after_commit, MessageSent, [fail])  # type: ignore[call-overload]
    outcomes: list[MessageView | Exception] = []

    def run() -> None:
        with team.app.app_context():
            outcomes.extend(send(*(Sending(team.ann.id, direct, Draft("x")) for _ in range(2))))

    sender = threading.Thread(target=run)
    sender.start()
    sender.join()
    assert [brief(outcome) for outcome in outcomes] == [(direct, 1, "x"), (direct, 2, "x")]
    assert isinstance(outcomes[1], MessageView)
    assert outcomes[1].sender is not None
    assert outcomes[1].sender.username == "ann"


def test_those_who_wait_for_a_writer_go_together(team: Team) -> None:
    """And hold no connection meanwhile: there are fewer than senders."""
    channel = team.channel("general")
    errors: list[Exception] = []

    def run(number: int) -> None:
        with team.app.app_context():
            try:
                policy.check_sees(channel, team.ann.id)
                service.send(team.ann.id, channel, Draft(str(number), f"c{number}"))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(40)]
    with noted() as statements:
        with db.engine.connect().execution_options(pulse_write=True) as writer:
            writer.execute(select(Conversation.id).where(Conversation.id == channel).with_for_update())
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    db.session.rollback()
    assert db.session.scalar(select(func.max(Message.seq))) == 40
    assert len([one for one in statements if one.startswith("INSERT INTO messages")]) < 40


def test_no_table_is_read_as_a_whole(team: Team) -> None:
    """However many messages there are, whoever sends some looks for theirs by an index."""
    channels = [team.channel(f"channel {number}", team.bob) for number in range(2)]
    is_sqlite = db.engine.dialect.name == "sqlite"
    plans: list[str] = []
    if is_sqlite:  # what other tests let it learn of small tables
        db.session.rollback()
        db.session.execute(text("DROP TABLE IF EXISTS sqlite_stat1"))
        db.session.commit()
        db.engine.dispose()

    def explain(connection: Any, cursor: Any, statement: str, values: Any, *rest: object) -> None:
        if statement.startswith("SELECT"):
            beside = connection.connection.driver_connection.cursor()
            if not is_sqlite:
                beside.execute("SET LOCAL enable_seqscan = off")
            beside.execute(f"EXPLAIN {'QUERY PLAN' if is_sqlite else ''} {statement}", values)
            plans.extend(str(row[3] if is_sqlite else row[0]) for row in beside.fetchall())

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        send(
            *(
                Sending((team.ann, team.bob)[at % 2].id, channels[at % 2], Draft("x", f"name-{at}"))
                for at in range(5)
            )
        )
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    assert any("messages" in plan for plan in plans)
    assert [
        plan
        for plan in plans
        if any(
            f"{scan} {table}" in plan
            for scan in ("SCAN", "Seq Scan on")
            for table in ("messages", "members", "users", "conversations")
        )
    ] == []
