"""The desk by itself: `PulseDesk` with a server whose news and answers come in any order."""

from typing import Any

from tests.support.node import Node

# A server that has the tickets of `all`; answers to what `holds` names wait until `release`.
SERVER = """
    const ticket = (id, fields = {}) => ({
        conversation_id: id, status: "waiting", priority: "medium", tags: [], agent: null, user: null,
        subject: `Number ${id}`, updated_at: "2026-01-01T00:00:00Z", ...fields,
        desk: {
            awaits_since: `2026-01-01T00:00:${String(id).padStart(2, "0")}Z`,
            snoozed_until: null,
            team_id: null,
        },
    });
    let handlers, all = [], holds = null, release = () => {};
    const follow = (namespace, on) => {
        handlers = on;
        return { ask: async () => ({}), tell() {}, isConnected: true };
    };
    const api = async (method, path) => {
        if (path.includes("/agents/")) return { data: [{ id: 1, username: "ann" }], next: null };
        if (path.includes("/counts/")) return { waiting: all.length, mine: 0, open: all.length };
        const query = new URL(path, "http://x").searchParams;
        const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit"))];
        const mine = (one) => query.get("view") !== "mine" || one.agent?.id === 1;
        const found = all.filter(mine);
        const next = from + limit < found.length ? from + limit : null;
        const answer = { data: found.slice(from, from + limit), next };
        if (holds && path.includes(holds)) await new Promise((done) => (release = done));
        return answer;
    };
    const desk = new PulseDesk({ follow, api, userId: 1 });
    const online = async () => {
        const done = new Promise((resolve) => desk.on("online", resolve));
        handlers.connect();
        await done;
    };
    const hear = (one) => handlers.ticket_updated({ ticket: one });
    const shown = () => desk.shown.map((one) => one.conversation_id);
"""


def run(node: Node, script: str) -> Any:
    return node.evaluate(f"async ({{ PulseDesk, until }}) => {{ {SERVER} {script} }}")


def test_older_news_are_dropped(node: Node) -> None:
    script = """
        hear(ticket(1, { subject: "new", updated_at: "2026-01-02T00:00:00Z" }));
        await desk.ask({ view: "open" });
        hear(ticket(1, { subject: "new", updated_at: "2026-01-02T00:00:00Z" }));
        hear(ticket(1, { subject: "old" }));
        desk.put(ticket(1, { subject: "older answer" }));
        return desk.tickets.get(1).subject;
    """
    assert run(node, script) == "new"


def test_what_is_told_while_a_list_is_on_its_way_stays(node: Node) -> None:
    """The answer was made before the news, and says nothing of them."""
    script = """
        all = [ticket(1), ticket(2)];
        holds = "view=queue";
        const listed = desk.ask({ view: "queue" });
        hear(ticket(2, { status: "active", agent: { id: 7 } }));
        hear(ticket(3));
        release();
        await listed;
        return shown();
    """
    assert run(node, script) == [1, 3]


def test_an_answer_to_an_earlier_question_is_dropped(node: Node) -> None:
    script = """
        all = Array.from({ length: 59 }, (_, i) => ticket(i + 1));
        holds = "priority=low";
        const first = desk.ask({ view: "open", priority: "low" });
        all = [ticket(2, { priority: "high" })];
        await desk.ask({ view: "open", priority: "high" });
        release();
        await first;
        return [shown(), desk.hasMore];
    """
    assert run(node, script) == [[2], False]


def test_news_behind_the_last_page_wait_for_it(node: Node) -> None:
    """Between them and what is loaded there may be others."""
    script = """
        all = Array.from({ length: 59 }, (_, i) => ticket(i + 1));
        await desk.ask({ view: "open" });
        const found = [shown().length, desk.hasMore];
        all[58] = ticket(59, { subject: "far behind" });
        hear(all[58]);
        found.push(shown().includes(59));
        await desk.more();
        return [...found, shown().length, desk.hasMore, desk.shown.at(-1).subject];
    """
    assert run(node, script) == [50, True, False, 59, False, "far behind"]


def test_what_is_gone_after_a_reconnect_is_gone(node: Node) -> None:
    script = """
        all = [ticket(1), ticket(2)];
        await desk.ask({ view: "open" });
        await online();
        const before = shown();
        all = [ticket(2, { subject: "changed", updated_at: "2026-01-03T00:00:00Z" }), ticket(3)];
        await online();
        return [before, shown(), desk.tickets.get(2).subject, desk.counts.open];
    """
    assert run(node, script) == [[1, 2], [2, 3], "changed", 2]


def test_only_what_becomes_one_s_own_later_is_told(node: Node) -> None:
    script = """
        const told = [];
        const mine = { status: "active", agent: { id: 1 } };
        desk.on("assigned", (one) => told.push(one.conversation_id));
        all = [ticket(1, mine)];
        await desk.ask({ view: "open" });
        await online();
        hear(ticket(1, { ...mine, updated_at: "2026-01-02T00:00:00Z" }));
        hear(ticket(2, mine));
        hear(ticket(2, { ...mine, updated_at: "2026-01-02T00:00:00Z" }));
        all = [...all, ticket(2, mine), ticket(3, mine)]; // while the connection was lost
        await online();
        hear(ticket(3, { updated_at: "2026-01-02T00:00:00Z" }));
        hear(ticket(3, { ...mine, updated_at: "2026-01-03T00:00:00Z" }));
        return told;
    """
    assert run(node, script) == [2, 3, 3]
