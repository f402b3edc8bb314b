"""Who is notified of what, what it says, and when a mail is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.notifications import rules
from pulse.notifications.rules import Listener, NoticeKind, Said

ANN, BOB, CARL = 1, 2, 3
SAID = Said(id=50, seq=5, sender_id=ANN, is_direct=False)
BOB_LISTENS = Listener(user_id=BOB, wants_all=False, read_seq=4)
MENTION = {"mentions": frozenset({BOB})}


@pytest.mark.parametrize(
    ("said", "listener", "kind"),
    [
        ({}, {}, None),
        ({}, {"wants_all": True}, NoticeKind.CHANNEL_MESSAGE),
        (MENTION, {}, NoticeKind.MENTION),
        (MENTION, {"wants_all": True}, NoticeKind.MENTION),
        ({"mentions": frozenset({CARL})}, {}, None),
        ({"mentions_all": True}, {}, NoticeKind.MENTION),
        ({"reply_to_user": BOB}, {}, NoticeKind.REPLY),
        ({"reply_to_user": BOB, **MENTION}, {}, NoticeKind.MENTION),
        ({"reply_to_user": CARL}, {}, None),
        ({"is_direct": True}, {"wants_all": True}, NoticeKind.DIRECT_MESSAGE),
        ({"is_direct": True, **MENTION}, {"wants_all": True}, NoticeKind.DIRECT_MESSAGE),
        ({"is_direct": True}, {}, None),
        ({"is_direct": True, **MENTION}, {}, NoticeKind.MENTION),
        # never: one's own, from nobody, read already, looked at, of somebody blocked
        ({"sender_id": BOB, "mentions_all": True}, {"wants_all": True}, None),
        ({"sender_id": None, "mentions_all": True}, {"wants_all": True}, None),
        (MENTION, {"read_seq": 5}, None),
        (MENTION, {"is_looking": True}, None),
        (MENTION, {"blocked": frozenset({ANN})}, None),
        (MENTION, {"blocked": frozenset({CARL})}, NoticeKind.MENTION),
        # busy
        (MENTION, {"is_busy": True}, None),
        (MENTION, {"is_busy": True, "mentions_while_busy": True}, NoticeKind.MENTION),
        ({"mentions_all": True}, {"is_busy": True, "mentions_while_busy": True}, NoticeKind.MENTION),
        ({}, {"wants_all": True, "is_busy": True, "mentions_while_busy": True}, None),
        (
            {"is_direct": True},
            {"wants_all": True, "is_busy": True, "mentions_while_busy": True},
            None,
        ),
        ({"reply_to_user": BOB}, {"is_busy": True, "mentions_while_busy": True}, None),
    ],
)
def test_who_is_notified(said: dict[str, Any], listener: dict[str, Any], kind: NoticeKind | None) -> None:
    assert rules.kind_for(replace(SAID, **said), replace(BOB_LISTENS, **listener)) == kind


def test_messages_pile_up_by_user_and_kind() -> None:
    messages = [
        replace(SAID, id=10, seq=5, sender_id=ANN),
        replace(SAID, id=11, seq=6, sender_id=CARL, mentions=frozenset({BOB})),
        replace(SAID, id=12, seq=7, sender_id=CARL),
        replace(SAID, id=13, seq=8, sender_id=ANN),
    ]
    listeners = [replace(BOB_LISTENS, wants_all=True), Listener(user_id=CARL, wants_all=True, read_seq=7)]
    piles = rules.pile_up(messages, listeners)
    shown = {
        place: (pile.count, pile.last_seq, pile.message_id, pile.actors) for place, pile in piles.items()
    }
    assert shown == {
        (BOB, NoticeKind.CHANNEL_MESSAGE): (3, 8, 13, [ANN, CARL]),
        (BOB, NoticeKind.MENTION): (1, 6, 11, [CARL]),
        (CARL, NoticeKind.CHANNEL_MESSAGE): (1, 8, 13, [ANN]),
    }


@given(st.lists(st.tuples(st.integers(1, 4), st.booleans(), st.booleans())), st.integers(0, 20), st.data())
def test_piling_up_in_pieces_is_piling_up_at_once(
    sent: list[tuple[int, bool, bool]], read_seq: int, data: st.DataObject
) -> None:
    messages = [
        Said(100 + seq, seq, sender, False, MENTION["mentions"] if named else frozenset(), everybody)
        for seq, (sender, named, everybody) in enumerate(sent, 1)
    ]
    listener = Listener(BOB, wants_all=data.draw(st.booleans()), read_seq=read_seq)
    cut = data.draw(st.integers(0, len(messages)))
    whole = rules.pile_up(messages, [listener])
    first, second = (rules.pile_up(part, [listener]) for part in (messages[:cut], messages[cut:]))
    assert whole.keys() == first.keys() | second.keys()
    for place, pile in whole.items():
        parts = [part[place] for part in (first, second) if place in part]
        assert pile.count == sum(part.count for part in parts)
        assert pile.last_seq == parts[-1].last_seq
        older = parts[0].actors if len(parts) == 2 else []
        assert pile.actors == rules.merged(parts[-1].actors, older)


@pytest.mark.parametrize(
    ("kind", "names", "actors", "count", "place", "says"),
    [
        ("mention", ["Ann"], 1, 1, "#general", "Ann mentioned you in #general"),
        ("mention", ["Ann"], 1, 3, "#general", "Ann mentioned you 3 times in #general"),
        ("mention", ["Ann", "Bob"], 2, 3, "#general", "Ann and Bob mentioned you in #general"),
        ("mention", ["Ann", "Bob"], 3, 3, "#general", "Ann and 2 others mentioned you in #general"),
        ("mention", ["Ann"], 2, 2, "#general", "Ann and 1 other mentioned you in #general"),
        ("mention", [], 1, 1, "", "Somebody mentioned you"),
        ("direct_message", ["Ann"], 1, 1, "", "Message from Ann"),
        ("direct_message", ["Ann"], 1, 3, "", "3 messages from Ann"),
        ("reply", ["Ann"], 1, 1, "#general", "Ann replied to you in #general"),
        ("channel_message", ["Ann"], 1, 1, "#general", "Ann wrote in #general"),
        ("channel_message", ["Ann", "Bob"], 2, 5, "#general", "5 messages in #general from Ann and Bob"),
        ("invitation", ["Ann"], 1, 1, "Engineering", "Ann invited you to Engineering"),
        ("came_online", ["Ann"], 1, 1, "", "Ann is online"),
        ("added_to_channel", ["Ann"], 1, 1, "#general", "Ann added you to #general"),
    ],
)
def test_titles(kind: str, names: list[str], actors: int, count: int, place: str, says: str) -> None:
    assert rules.title(NoticeKind(kind), names, actors, count, place) == says


NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
HALF = timedelta(minutes=30)


def ago(minutes: int) -> datetime:
    return NOON - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("away_since", "mailed_at", "due_in"),
    [
        (None, None, 30),  # here: look again
        (None, ago(5), 30),
        (ago(10), None, 20),
        (ago(30), None, 0),
        (ago(500), None, -470),
        (ago(500), ago(10), 20),  # mailed lately
        (ago(10), ago(500), 20),  # mailed in an absence before
    ],
)
def test_a_mail_is_due(away_since: datetime | None, mailed_at: datetime | None, due_in: int) -> None:
    assert rules.mail_due(NOON, away_since, HALF, mailed_at) == NOON + timedelta(minutes=due_in)


def test_actors_are_kept_latest_first_and_not_without_end() -> None:
    assert rules.merged([3, 1], [1, 2]) == [3, 1, 2]
    assert len(rules.merged(range(80), range(500))) == rules.ACTORS_KEPT
