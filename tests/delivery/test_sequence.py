"""The order of changes by itself: `Sequence` with changes in any order, and what it asks for."""

from typing import Any

from tests.support.node import Node

# Changes 1 to 60 come in a disorder of a few places, each once to three times, and all that are asked for.
SHUFFLED = """async ({ Sequence }, seed) => {
    let state = seed;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const applied = [];
    const sequence = new Sequence({ apply: (rev) => applied.push(rev), fetch: async () => false });
    sequence.standAt(0);
    const coming = [];
    for (let rev = 1; rev <= 60; rev++) {
        for (let n = 0; n <= random() * 2; n++) coming.push([rev + random() * 8, rev]);
    }
    coming.sort(([one], [other]) => one - other);
    for (const [, rev] of coming) sequence.take(rev, rev);
    sequence.end();
    return applied;
}"""
# How long it takes (ms) until a gap is asked about: first, and again after what was missing came late.
WAITS = """async ({ Sequence }) => {
    let last = 3, ask = null;
    const fetch = async () => {
        ask(performance.now());
        sequence.standAt(last);
    };
    const sequence = new Sequence({ apply() {}, fetch });
    const gap = async () => {
        const began = performance.now();
        const asked = new Promise((done) => (ask = done));
        sequence.take(last, "ahead of its time");
        return (await asked) - began;
    };
    sequence.standAt(1);
    const waits = [await gap()];
    sequence.take(2, "late");
    last = 5;
    waits.push(await gap());
    last = 7;
    waits.push(await gap()); // nothing came late since
    sequence.end();
    return waits;
}"""


def test_any_order_becomes_the_right_one(node: Node) -> None:
    for seed in range(1, 40):
        assert node.evaluate(SHUFFLED, seed) == list(range(1, 61)), seed


def test_waiting_is_longer_where_news_are_late(node: Node) -> None:
    first, second, third = node.evaluate(WAITS)
    assert first >= 249
    assert second >= 499
    assert third >= 499


def test_a_gap_is_asked_about_while_more_and_more_comes(node: Node) -> None:
    flood = """async ({ Sequence, until }) => {
        let asked = 0;
        const sequence = new Sequence({ apply() {}, fetch: async () => (asked++, sequence.standAt(1000)) });
        sequence.standAt(0);
        let rev = 1;
        const flood = setInterval(() => sequence.take(++rev, "more"), 5);
        await until(() => asked, 3);
        clearInterval(flood);
        return [asked, sequence.rev];
    }"""
    found: Any = node.evaluate(flood)
    assert found == [1, 1000]
