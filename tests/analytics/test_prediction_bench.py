"""`bench.prediction`: the estimator beats its baselines, and logs are read or refused with the line."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.prediction.__main__ import main
from bench.prediction.baselines import BASELINES
from bench.prediction.logs import BadLog, Message, read
from bench.prediction.replay import OURS, Replay, pinball, replay
from bench.prediction.worlds import WORLDS
from pulse.analytics.prediction import Estimator, Prediction, Predictor, Question, Reply


@pytest.mark.parametrize(("world", "size"), [("newcomers", 0.5), ("drift", 0.12), ("desk", 0.15)])
def test_beats_the_baselines_and_the_range_holds_nine_of_ten(world: str, size: float) -> None:
    """Seed 1, at a small size: the whole is in `docs/prediction.md`."""
    found = replay(WORLDS[world](1, size), {OURS: Predictor, **BASELINES})
    scores = found.scores()
    ours = scores.pop(OURS)
    assert len(found.truths) > 1_000
    assert len(scores) == 3
    assert ours.pinball < min(one.pinball for one in scores.values())
    assert ours.pinball_log < 0.95 * min(one.pinball_log for one in scores.values())
    assert 0.86 < ours.in_ninety < 0.94
    assert 0.45 < ours.in_half < 0.55


@pytest.mark.parametrize("world", WORLDS)
def test_worlds_are_the_same_each_time_and_in_time_order(world: str) -> None:
    messages = WORLDS[world](3, 0.05)
    assert messages == WORLDS[world](3, 0.05)
    assert messages != WORLDS[world](4, 0.05)
    assert [one.at for one in messages] == sorted(one.at for one in messages)


class Spy:
    """Writes down what it is asked and taught; predicts as many seconds as it has learned replies."""

    calls: list[Question | Reply]

    def __init__(self) -> None:
        Spy.calls = []

    def learn(self, reply: Reply) -> None:
        Spy.calls.append(reply)

    def predict(self, question: Question) -> Prediction | None:
        Spy.calls.append(question)
        seconds = float(sum(isinstance(one, Reply) for one in Spy.calls))
        return Prediction(seconds, (seconds, seconds), (seconds, seconds), 1, "spy") if seconds else None


def spied(text: str) -> tuple[Replay, list[Question | Reply]]:
    maker: type[Estimator] = Spy
    return replay(read(io.StringIO(text)), {"spy": maker}), Spy.calls


def test_replies_are_predicted_before_they_are_learned_in_time_order() -> None:
    result, calls = spied("0,x,ann\n10,y,eve\n20,x,bob\n50,x,ann\n95,y,bob\n")
    assert [(type(one).__name__, one.responder, one.group) for one in calls] == [
        ("Question", "bob", "x"),
        ("Question", "bob", "y"),
        ("Reply", "bob", "x"),
        ("Question", "ann", "x"),
        ("Reply", "ann", "x"),
        ("Reply", "bob", "y"),
    ]
    ann = calls[3]
    assert (ann.asked_at.timestamp(), ann.last_active) == (20, datetime.fromtimestamp(0, UTC))
    assert [one.seconds for one in calls if isinstance(one, Reply)] == [20, 30, 85]
    assert result.truths == [30]  # of the first two nothing was predicted, as nothing was known
    assert result.said == {"spy": [(1.0,) * 5]}
    assert result.scores()["spy"].error == 29


def test_pinball() -> None:
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    assert pinball(10, [0] * 5) == pytest.approx(sum(level * 10 for level in levels) / 5)
    assert pinball(0, [10] * 5) == pytest.approx(sum((1 - level) * 10 for level in levels) / 5)


def at(second: int) -> datetime:
    return datetime(2026, 1, 5, 9, 0, second, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T09:00:07Z,x,bob\n2026-01-05 09:00:01,x,ann\n",
        "Timestamp, Conversation, Sender\n1767603607,x,bob\n\n1767603601.0,x,ann,more\n",
        '\ufefftimestamp,conversation,sender\r\n2026-01-05T10:00:07+01:00,"x",bob\r\n"1767603601",x,ann',
    ],
)
def test_reads_logs_in_any_order(text: str) -> None:
    assert read(io.StringIO(text)) == [Message(at(1), "x", "ann"), Message(at(7), "x", "bob")]


def test_messages_of_one_moment_stay_in_order() -> None:
    assert [one.sender for one in read(["5,x,zoe", "5,x,ann", "4,x,bob"])] == ["bob", "zoe", "ann"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "talk: no messages"),
        ("timestamp,conversation,sender\n", "talk: no messages"),
        ("1,x,ann\n2,x\n", "talk, line 2: 2 of 3 columns"),
        ("1,x,ann\n\n2,x,\n", "talk, line 3: no sender"),
        ("1,x,ann\nsoon,x,ann\n", "talk, line 2: 'soon' is neither"),
        ("1,x,ann\nnan,x,ann\n", "talk, line 2: 'nan' is neither"),
        ("0001-01-01T00:00:00+14:00,x,ann\n", "talk, line 1: '0001-01-01T00:00:00+14:00' is no moment"),
        ("1e300,x,ann\n", "talk, line 1: '1e300' is no moment"),
        ("1767603601000,x,ann\n", "talk, line 1: '1767603601000' is no moment of this calendar"),
        ("1,x,ann\ntimestamp,conversation,sender\n", "talk, line 2: 'timestamp' is neither"),
        ("1,x," + "n" * 200_000, "talk, line 1: field larger"),
    ],
)
def test_a_bad_log_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(BadLog, match="^" + re.escape(error)):
        read(io.StringIO(text), "talk")


def test_command_reads_logs_and_takes_another_estimator(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "talk.csv"
    log.write_text("".join(f"{n * 30},x,{'ab'[n % 2]}\n" for n in range(60)))
    main([str(log), "--estimator", "bench.prediction.baselines:OfPerson"])
    lines = capsys.readouterr().out.splitlines()
    table = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    assert [row[:2] for row in table[2:]] == [["talk.csv", who] for who in (OURS, *BASELINES)]
    assert table[2][2:] == table[3][2:]  # the same estimator twice
    assert table[2][2:6] == ["54", "0", "0", "0.000"]
    assert "µs to learn" in lines[-1]
    log.write_text("".join(f"{n * 30},x,ann\n" for n in range(9)))
    main([str(log)])
    assert "| talk.csv | Pulse | 0 | nan |" in capsys.readouterr().out


def test_command_runs_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--worlds", "threads", "irc", "--seeds", "2", "--size", "0.02"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in lines[2:10]] == ["| threads"] * 4 + ["| irc"] * 4


def test_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"1,x,ann\n2,x,\xff\n")
    for wrong, error in ((bad, "not UTF-8"), (tmp_path / "none.csv", "No such file")):
        with pytest.raises(SystemExit, match=error):
            main([str(wrong)])
    with pytest.raises(SystemExit, match="2"):
        main(["--estimator", "nowhere:Nothing"])
    assert "nowhere:Nothing" in capsys.readouterr().err
