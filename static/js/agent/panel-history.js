// Every change of the ticket, the earliest first.
import { report } from "../ui.js";
import { byId, el } from "../dom.js";
import { allOf } from "../lists.js";
import { on, open } from "../chat/page.js";
import { shortOf, showTime } from "../chat/times.js";
import { desk, nameOf, ticket } from "./desk.js";
import { loadTeams } from "./filters.js";

const part = byId("part-history");
const list = byId("list-history");
let teams = [];
let shownAt = ""; // when the ticket had changed last, as shown

const agentOf = (id) => (id ? nameOf(desk.agents.get(Number(id)) ?? { username: `agent ${id}` }) : "nobody");
const teamOf = (id) => (id ? (teams.find((team) => team.id === Number(id))?.name ?? `team ${id}`) : "everybody");
const REASONS = { offline: "gone offline", no_answer: "no answer in time", no_agent: "no agent any more" };

const WORDS = {
  opened: () => "opened it",
  assigned: ({ after }) => `answered by ${agentOf(after)}`,
  team: ({ after }) => `into the queue of ${teamOf(after)}`,
  given_back: ({ before, after }) => `back into the queue from ${agentOf(before)}: ${REASONS[after] ?? after}`,
  status: ({ before, after }) => `${before} → ${after}`,
  priority: ({ before, after }) => `priority ${before} → ${after}`,
  subject: ({ before, after }) => `subject “${before}” → “${after}”`,
  tags: ({ before, after }) => `tags ${before || "none"} → ${after || "none"}`,
  snoozed: ({ after }) => (after ? `snoozed until ${shortOf(after.replace(" ", "T"))}` : "no longer snoozed"),
  woken: () => "back from its snooze",
  rating: ({ after }) => `rated ${after} of 5`,
  target: ({ after }) => after.replace("first_response", "first response").replace(":breach", " missed").replace(":warning", " due soon"),
};

async function load() {
  const { id } = open;
  const one = ticket();
  if (!one || !part.open || byId("details").hidden || shownAt === `${id} ${one.updated_at}`) return;
  shownAt = `${id} ${one.updated_at}`;
  teams = await loadTeams();
  const lines = await allOf(`/api/chat-rooms/${one.id}/history/`);
  if (open.id === id) list.replaceChildren(...lines.map(row));
}

function row(line) {
  const time = el("time", "small muted");
  showTime(time, line.at, shortOf(line.at));
  const words = WORDS[line.change]?.(line) ?? `${line.change} ${line.after}`;
  return el("li", "history-line", {}, el("strong", "", {}, line.actor ?? "By itself"), " ", words, " ", time);
}

part.addEventListener("toggle", () => report(load));
on("opening", () => {
  shownAt = "";
  list.replaceChildren();
});
on("ticket", () => report(load));
on("details shown", () => report(load));
