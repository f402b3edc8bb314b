// Which workspace's channels are shown: chosen here, kept in this browser.
import { arrange, byId, copyOf, showCount } from "../dom.js";
import { allOf } from "../lists.js";
import { keep, keptValue } from "./kept.js";
import { chat, on, open, tell } from "./page.js";
import { openBeside } from "./popups.js";

const button = byId("team");
let teams = []; // as the API lists them
let chosen = keptValue("team", null);

/** The id of the chosen workspace; null if one is in none. */
export const chosenTeam = () => chosen;

/** The chosen workspace as the API has it, or undefined. */
export const teamOf = (id = chosen) => teams.find((team) => team.id === id);

/** Ask for the workspaces one is in; the conversations are there already. Throws PulseError. */
export async function loadTeams() {
  teams = await allOf("/api/workspaces/");
  if (teamOf()) return choose(chosen);
  const newest = [...chat.conversations.values()].filter(({ workspace_id: id }) => teamOf(id));
  newest.sort((one, other) => new Date(other.updated_at) - new Date(one.updated_at));
  choose(newest[0]?.workspace_id ?? teams[0]?.id ?? null);
}

function choose(id) {
  chosen = id;
  keep("team", id);
  show();
  tell("team", id);
}

function unreadIn(id) {
  const counts = (one) => one.workspace_id === id && !one.is_muted && one.is_member;
  return [...chat.conversations.values()].filter(counts).reduce((sum, one) => sum + one.unread_count, 0);
}

const initial = (name) => [...name][0]?.toUpperCase() ?? "?";

function show() {
  const team = teamOf();
  byId("team-name").textContent = team?.name ?? "Pulse";
  byId("team-mark").textContent = initial(team?.name ?? "Pulse");
  const elsewhere = teams.filter(({ id }) => id !== chosen).reduce((sum, { id }) => sum + unreadIn(id), 0);
  showCount(byId("team-count"), elsewhere, "unread in other workspaces");
}

function fillMenu() {
  arrange(byId("team-list"), teams.map(({ id }) => [id, () => copyOf("team-row").root]));
  for (const team of teams) {
    const row = byId("team-list").querySelector(`[data-key="${team.id}"]`);
    const part = (name) => row.querySelector(`[data-part="${name}"]`);
    part("mark").textContent = initial(team.name);
    part("name").textContent = team.name;
    showCount(part("count"), unreadIn(team.id), "unread");
    row.firstElementChild.dataset.do = team.id;
    row.firstElementChild.setAttribute("aria-current", String(team.id === chosen));
  }
  byId("team-page").href = chosen ? `/workspaces/${chosen}` : "/workspaces";
  byId("team-page").lastElementChild.textContent = chosen ? "People and settings" : "Create or join a workspace";
}

button.addEventListener("click", () => {
  fillMenu();
  openBeside(byId("teams"), button, (id) => choose(Number(id)));
});
chat.on("conversation", show);
on("opened", () => {
  const id = open.conversation?.workspace_id;
  if (id && id !== chosen && teamOf(id)) choose(id);
});
