"""The estimator of response times: what it says, when it says nothing, and what it keeps."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, inf, isfinite, log, nan
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulse.analytics.prediction import (
    CONTEXT_AT_MOST,
    LATELY,
    OWN_AT_MOST,
    PRESENCES,
    SAMPLES_AT_LEAST,
    Prediction,
    Predictor,
    Question,
    Reply,
)
from pulse.analytics.scale import LEAVES

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
NAIVE = datetime(2026, 3, 3, 12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def replies(count: int, responder: str = "ann", median: float = 60.0, **facts: Any) -> list[Reply]:
    """Lognormal times around a median, one a day at noon."""
    random = Random(f"{responder} {median} {facts}")
    return [
        Reply(responder, NOON + number * DAY, median * exp(random.gauss(0, 0.5)), **facts)
        for number in range(count)
    ]


def taught(*all_replies: Iterable[Reply]) -> Predictor:
    made = Predictor()
    for some in all_replies:
        for reply in some:
            made.learn(reply)
    return made


def told(predictor: Predictor, responder: str = "ann", **facts: Any) -> Prediction:
    said = predictor.predict(Question(responder, **{"asked_at": NOON + 400 * DAY, **facts}))
    assert said is not None
    return said


def test_says_nothing_below_a_minimum() -> None:
    made = Predictor()
    for number, reply in enumerate(replies(SAMPLES_AT_LEAST)):
        assert made.predict(Question("ann", NOON)) is None, number
        made.learn(reply)
    assert told(made).samples == SAMPLES_AT_LEAST


def test_says_on_whose_replies_it_is_based() -> None:
    few = SAMPLES_AT_LEAST - 1
    made = taught(replies(few, "ann", group="team"), replies(3, "bob", group="team"), replies(40, "eve"))
    for who, group, source, samples in (
        ("ann", "team", "group", few + 3),
        ("new", "team", "group", few + 3),
        ("ann", "other", "everyone", few + 43),
        ("ann", None, "everyone", few + 43),
        ("eve", "team", "person", 40),
    ):
        said = told(made, who, group=group)
        assert (said.source, said.samples) == (source, samples), (who, group)
    made.learn(replies(1, "ann", group="team")[0])
    assert told(made, "ann", group="team").source == "person"


def test_who_is_new_is_taken_for_one_of_the_team_then_for_themselves() -> None:
    """Everyone: a minute. The team: an hour. Ann: ten hours."""
    team = replies(150, "bob", 3_600, group="team")
    made = taught(replies(400, "eve", group="else"), team)
    in_team, elsewhere = told(made, group="team").median, told(made).median
    assert 1_500 < in_team < 6_000
    assert elsewhere < in_team / 3
    before = [in_team]
    for some in (3, 10, 60):
        for reply in replies(some, "ann", 36_000, group="team"):
            made.learn(reply)
        before.append(told(made, group="team").median)
    assert before == sorted(before)
    assert 25_000 < before[-1] < 50_000


@pytest.mark.parametrize(
    ("quick", "slow"),
    [
        ({"presence": "online"}, {"presence": "away"}),
        ({"asked_at": NOON}, {"asked_at": NOON + 2 * HOUR}),
        ({"asked_at": NOON}, {"asked_at": NOON + 4 * DAY}),  # Tuesday, Saturday
        ({"last_active": timedelta(seconds=5)}, {"last_active": 5 * HOUR}),
    ],
)
def test_learns_what_presence_hour_day_and_silence_do(quick: dict[str, Any], slow: dict[str, Any]) -> None:
    random = Random(1)

    def facts(one: dict[str, Any], weeks: int) -> dict[str, Any]:
        at = one.get("asked_at", NOON) + weeks * 7 * DAY
        silence = one.get("last_active", HOUR)
        return {"presence": None, **one, "asked_at": at, "last_active": at - silence}

    made = Predictor()
    for week in range(400):
        one, seconds = random.choice([(quick, 60.0), (slow, 3_600.0)])
        made.learn(Reply("ann", seconds=seconds * exp(random.gauss(0, 0.5)), **facts(one, week)))
    assert told(made, **facts(quick, 400)).median < 200
    assert told(made, **facts(slow, 400)).median > 1_200


def test_follows_who_changes() -> None:
    made = taught(replies(150, median=60), replies(40, median=3_600))
    assert told(made).median > 1_200


def test_what_was_answered_after_the_question_is_not_taken_for_what_came_before() -> None:
    """A question that waited while other ones were answered is judged by what was there when it was asked."""
    slow = [replace(one, asked_at=one.asked_at + 150 * DAY) for one in replies(LATELY, median=3_600)]
    made = taught(replies(150, median=60), slow)
    assert told(made, asked_at=NOON - 7 * DAY).median < 0.8 * told(made, asked_at=NOON + 210 * DAY).median


def test_waiting_leaves_only_what_takes_longer() -> None:
    made = taught(replies(200))
    now, later = told(made), told(made, waited=120)
    assert now.median < 120 <= later.quantiles[0]
    assert now.quantiles[4] < later.quantiles[4]
    assert told(made, waited=-5) == now
    assert set(told(made, waited=1e9).quantiles) == {1e9}  # nobody took that long: it only says so


def test_a_time_that_comes_again_and_again_is_said_exactly() -> None:
    """Logs in whole minutes."""
    made = taught(replace(reply, seconds=60.0 * (number % 2)) for number, reply in enumerate(replies(200)))
    assert told(made).quantiles[0] == 0.0
    assert told(made).quantiles[4] == 60.0


def test_ranges_hold_as_many_as_they_say() -> None:
    random, hits, count = Random(4), [0, 0], 1_500
    made = taught(replies(20))
    for number in range(count):
        at = NOON + (30 + number) * HOUR
        said = told(made, asked_at=at)
        seconds = 60 * random.paretovariate(0.8)
        hits[0] += said.half[0] <= seconds <= said.half[1]
        hits[1] += said.ninety[0] <= seconds <= said.ninety[1]
        made.learn(Reply("ann", at, seconds, told=said))
    assert 0.46 < hits[0] / count < 0.54
    assert 0.88 < hits[1] / count < 0.92


def test_range_that_begins_where_many_lie_does_not_hold_more() -> None:
    """Three of ten replies take no time at all: from there to 95% would be 95%."""
    random, inside, made = Random(4), 0, taught(replies(20))
    for number in range(1_500):
        at = NOON + (30 + number) * HOUR
        said = told(made, asked_at=at)
        seconds = random.choice([0.0, 0.0, 0.0, *(60 * exp(random.gauss(0, 1)) for _ in range(7))])
        inside += said.ninety[0] <= seconds <= said.ninety[1]
        made.learn(Reply("ann", at, seconds, told=said))
    assert 0.92 < inside / 1_500 < 0.943


def test_what_was_told_moves_the_levels() -> None:
    """Replies are within what the model knows now, but were above what had been told: it must say more."""
    low = Prediction(2.0, (1.5, 2.5), (1.0, 3.0), 9, "person")
    usual, warned = (
        taught(replies(30), (replace(one, told=was) for one in replies(100))) for was in (None, low)
    )
    assert told(warned).ninety[1] > told(usual).ninety[1]
    assert told(warned).levels > told(usual).levels


def test_levels_settle_where_the_told_ranges_would_have_held() -> None:
    """Three of ten replies lie above what was told at 95%: five of these must be left above the next ones."""
    always, random, made = Prediction(30.0, (20.0, 40.0), (10.0, 50.0), 9, "person"), Random(2), Predictor()
    for number in range(2_000):
        seconds = random.choice([5.0, 15.0, 25.0, 35.0, 45.0, 45.0, 45.0, 99.0, 99.0, 99.0])
        made.learn(Reply("ann", NOON + number * HOUR, seconds, told=always))
    assert 0.985 < told(made).levels[4] < 0.996
    assert told(made).levels[0] < 0.05  # 10% lie below what was told at 5%


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": nan}, {"seconds": inf}, {"seconds": -1.0}, {"asked_at": NAIVE}, {"last_active": NAIVE}],
)
def test_refuses_a_bad_reply_and_learns_nothing_of_it(wrong: dict[str, Any]) -> None:
    made = taught(replies(20))
    before = made.state()
    with pytest.raises(ValueError, match=r"a reply after|time zone"):
        made.learn(replace(replies(1, "new", group="new")[0], **wrong))
    assert made.state() == before


@pytest.mark.parametrize(
    "wrong", [{"waited": nan}, {"waited": inf}, {"asked_at": NAIVE}, {"last_active": NAIVE}]
)
def test_refuses_a_bad_question(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"waited|time zone"):
        told(taught(replies(20)), **wrong)


def varied(count: int, seed: int = 0) -> list[Reply]:
    """Of 6 people in 2 groups, at any hour and presence, told what to expect or not."""
    random, at, made, all_replies = Random(seed), NOON, Predictor(), []
    for _ in range(count):
        at += timedelta(minutes=random.expovariate(1 / 90))
        who = random.randrange(6)
        facts = {"responder": who, "asked_at": at, "group": who % 2, "presence": random.choice(PRESENCES)}
        said = made.predict(Question(**facts)) if random.random() < 0.5 else None
        all_replies.append(Reply(seconds=random.lognormvariate(4 + who / 2, 1.0), told=said, **facts))
        made.learn(all_replies[-1])
    return all_replies


def through_json(state: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(state, allow_nan=False))


def test_comes_back_from_its_state() -> None:
    made = taught(varied(400))
    state = through_json(made.state())
    assert set(state) == {"version", "shared", "people", "groups"}
    assert set(state["people"]) == set("012345")
    again = Predictor.of(state)
    assert again.state() == state
    for one in varied(50, seed=1):
        question = Question(one.responder, one.asked_at, one.group, one.presence, waited=one.seconds / 2)
        was, came = made.predict(question), again.predict(question)
        assert was is not None
        assert came is not None
        assert came.quantiles == pytest.approx(was.quantiles, rel=1e-3)
        assert (came.source, came.samples) == (was.source, was.samples)
    with pytest.raises(ValueError, match="version 7"):
        Predictor.of({**state, "version": 7})


def test_a_part_of_the_state_learns_what_the_whole_does() -> None:
    """Loaded with the person and group of each reply only, written back, and compared with all in memory."""
    log = varied(150)
    whole = Predictor()
    parts: dict[str, Any] = through_json(whole.state())
    for reply in log:
        person, group = str(reply.responder), str(reply.group)
        some = {
            "version": 1,
            "shared": parts["shared"],
            "people": {key: known for key, known in parts["people"].items() if key == person},
            "groups": {key: known for key, known in parts["groups"].items() if key == group},
        }
        one = Predictor.of(some)
        one.learn(reply)
        whole = Predictor.of(through_json(whole.state()))  # so that both round alike
        whole.learn(reply)
        changed = through_json(one.state())
        assert set(changed["people"]) == {person}
        assert set(changed["groups"]) == {group}
        parts["shared"] = changed["shared"]
        parts["people"] |= changed["people"]
        parts["groups"] |= changed["groups"]
    assert parts == through_json(whole.state())


def test_a_person_takes_so_much_room_and_no_more() -> None:
    """Whatever somebody does; the costs of a reply follow from it."""
    random, made = Random(5), Predictor()
    for number in range(6_000):
        presence = random.choice([*PRESENCES, None, f"nonsense {number}"])
        silence = timedelta(seconds=exp(random.uniform(0, log(1e6))))
        at = NOON + number * 7 * HOUR + random.random() * HOUR
        seconds = exp(random.uniform(-3, log(1e7)))
        made.learn(Reply("ann", at, seconds, "team", presence, last_active=at - silence))
    state = made.state()
    person, everyone = state["people"]["ann"], state["shared"]["everyone"]
    assert len(person["latest"]) == LATELY
    assert set(state["groups"]["team"]["trees"]) == {"all"}
    assert len(person["trees"]) <= 1 + 9 + 24 + 4 * 8 + 5
    assert len(everyone["trees"]) <= 300
    assert all(len(tree) <= LEAVES for tree in person["trees"].values())
    for name, tree in person["trees"].items():
        assert sum(count for _, count in tree) <= (OWN_AT_MOST if name == "all" else CONTEXT_AT_MOST), name
    assert person["samples"] == 6_000
    assert len(json.dumps(person)) < 40_000
    assert len(json.dumps(state["groups"])) < 2_000
    assert len(json.dumps(state["shared"])) < 120_000


moments = st.datetimes(timezones=st.just(UTC))
keys = st.sampled_from(["a", "b", 1])
facts = st.fixed_dictionaries(
    {
        "responder": keys,
        "asked_at": moments,
        "group": st.none() | keys,
        "presence": st.sampled_from([None, "", *PRESENCES]),
        "last_active": st.none() | moments,
    }
)
lengths = st.sampled_from([0.0, 1.0, 60.0, 1e-9, 1e300]) | st.floats(0, 1e7) | st.floats(0, 1e308)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(facts, lengths, st.booleans()), max_size=40), st.lists(st.tuples(facts, lengths)))
def test_no_input_breaks_it(log: list[Any], questions: list[Any]) -> None:
    made = Predictor()
    for one, seconds, is_told in log:
        made.learn(Reply(seconds=seconds, told=made.predict(Question(**one)) if is_told else None, **one))
    made = Predictor.of(through_json(made.state()))
    for one, waited in questions:
        said = made.predict(Question(waited=waited, **one))
        if said is None:
            assert len(log) < SAMPLES_AT_LEAST
            continue
        assert list(said.quantiles) == sorted(said.quantiles)
        assert all(isfinite(time) and time >= waited for time in said.quantiles)
        assert said.samples >= SAMPLES_AT_LEAST


@pytest.mark.parametrize("times", [[0.0], [1e308], [0.0, 1e308], [5.0, 5.0, 5.0, 900_000.0]])
@pytest.mark.parametrize("turned", [1, 3_000])
def test_extremes_for_long(times: list[float], turned: int) -> None:
    """Also where a person is the contrary of everyone, in one context of theirs."""
    made = Predictor()
    sides: list[Callable[[int], Reply]] = [
        lambda n: Reply("eve", NOON + n * HOUR, 1e6, "g", "away"),
        lambda n: Reply("ann", NOON + n * HOUR, times[n % len(times)], "g", "online"),
    ]
    for number in range(3_000):
        made.learn(sides[number // turned % 2](number))
    for who, presence in (("ann", "away"), ("eve", "online"), ("ann", "online"), ("new", None)):
        for waited in (0.0, 3.0, 1e308):
            said = told(made, who, presence=presence, group="g", waited=waited)
            assert list(said.quantiles) == sorted(said.quantiles)
            assert all(isfinite(time) and time >= waited for time in said.quantiles)


def test_a_person_and_team_who_are_the_utter_contrary_of_everyone() -> None:
    """What it takes hundreds of thousands of replies to learn, as a state."""
    state = taught(replies(20, group="team")).state()
    known = [state["shared"]["everyone"], state["people"]["ann"], state["groups"]["team"]]
    for one, count in zip(known, (20_000, 1_000, 20_000), strict=True):
        one["trees"] = {name: [[LEAVES - 1, count]] for name in one["trees"]}
    known[0]["trees"]["all"] = [[0, 20_000]]
    said = told(Predictor.of(state), group="team", asked_at=NOON + 20 * DAY)
    assert all(isfinite(time) for time in said.quantiles)
