"""Who answered whom: the rule of turns, message by message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulse.analytics.turns import LONGEST, Turns

Found = list[tuple[str, str, float]]  # asker, responder, seconds


def found(*messages: tuple[float, str], longest: float = LONGEST) -> Found:
    turns = Turns(longest)
    all_turns = [turns.add(at, "talk", sender) for at, sender in messages]
    return [(turn.asker, turn.responder, turn.seconds) for turn in all_turns if turn]


@pytest.mark.parametrize(
    ("messages", "turns"),
    [
        ([(0, "a")], []),
        ([(0, "a"), (5, "b")], [("a", "b", 5)]),
        # A run waits from its first message on, and is answered once.
        ([(0, "a"), (3, "a"), (10, "b"), (12, "b")], [("a", "b", 10)]),
        # An answer asks in its turn.
        ([(0, "a"), (10, "b"), (14, "a")], [("a", "b", 10), ("b", "a", 4)]),
        # One conversation with oneself has no replies.
        ([(0, "a"), (5, "a"), (9, "a")], []),
        # Where many talk, whoever speaks next has answered.
        ([(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "d")], [("a", "b", 1), ("b", "c", 1), ("c", "d", 1)]),
        # Of one moment: in the order given.
        ([(0, "a"), (0, "b"), (0, "a")], [("a", "b", 0), ("b", "a", 0)]),
        # A clock that went back makes no negative waits.
        ([(10, "a"), (9, "b")], [("a", "b", 0)]),
    ],
)
def test_rule(messages: list[tuple[float, str]], turns: Found) -> None:
    assert found(*messages) == turns


def test_what_waited_too_long_is_no_reply() -> None:
    assert found((0, "a"), (60, "b"), longest=60) == [("a", "b", 60)]
    assert found((0, "a"), (61, "b"), longest=60) == []
    assert found((0, "a"), (61, "a"), (70, "b"), longest=60) == [("a", "b", 9)]  # asked once more
    assert found((0, "a"), (61, "b"), (70, "a"), longest=60) == [("b", "a", 9)]


def test_conversations_do_not_mix() -> None:
    turns = Turns()
    assert turns.add(0, "one", "a") is None
    assert turns.add(1, "two", "b") is None
    turn = turns.add(2, "one", "b")
    assert turn is not None
    assert (turn.conversation, turn.question, turn.answer) == ("one", 0, 2)


@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("xy"), st.sampled_from("abcdefghijkl"))))
def test_any_log_gives_turns_that_make_sense(log: list[tuple[int, str, str]]) -> None:
    turns, answered = Turns(longest=30), set()
    ordered = sorted(log, key=lambda one: one[0])
    for number, (at, where, sender) in enumerate(ordered):
        turn = turns.add(at, where, sender)
        if turn is None:
            continue
        assert (turn.responder, turn.conversation, turn.answer) == (sender, where, number)
        assert ordered[turn.question] == (turn.asked_at, where, turn.asker)
        assert turn.asker != sender
        assert 0 <= turn.seconds <= 30
        assert turn.question not in answered
        assert not any(one[1:] == (where, sender) for one in ordered[turn.question + 1 : number])
        answered.add(turn.question)
