// For leads: how the desk does. Asked again soon after a change, and every minute; agents' own state comes live.
import { client } from "../shell.js";
import { onSubmit, report, run } from "../ui.js";
import { openDialog } from "../dialogs.js";
import { arrange, byId, el } from "../dom.js";
import { PulseDesk } from "../../pulse-desk.js";
import { Chart, seconds } from "../charts/chart.js";
import { fillAgent, makeAgent } from "./team-row.js";
import { duration } from "../durations.js";

const SOON = 2000; // ms; at most so often changes lead to a refresh
const isAdmin = document.body.dataset.role === "admin";
const api = (...call) => client.api(...call);
const desk = new PulseDesk({ follow: (...door) => client.follow(...door), api, userId: null });
const rows = new Map(); // agent id -> row
const charts = {
  tickets: new Chart(byId("tickets-by-day"), {
    of: "Day",
    isStacked: false,
    series: [{ name: "Opened", color: "--away" }, { name: "Resolved", color: "--online" }],
  }),
  response: new Chart(byId("response-by-day"), {
    of: "Day",
    unit: seconds(duration),
    series: [{ name: "First response", color: "--solid" }],
  }),
  load: new Chart(byId("load-by-agent"), {
    of: "Agent",
    series: [{ name: "Active tickets", color: "--solid" }, { name: "Free", color: "--line" }],
  }),
};
let teams = [];
let agents = []; // with their figures, as the API answered
let turn = 0;
let timer = 0;

const span = (estimate) => (estimate ? duration(estimate.median_seconds) : "–");
const range = (estimate) =>
  estimate ? `half: ${duration(estimate.half[0])} to ${duration(estimate.half[1])}` : "too few to tell";

async function load() {
  const mine = ++turn;
  const team = byId("team").value;
  const range = `?days=${byId("days").value}${team && `&team_id=${team}`}`;
  const found = await api("GET", `/api/desk/figures/${range}`);
  if (mine !== turn) return;
  byId("csv-days").href = `/api/desk/figures/csv/${range}`;
  byId("csv-agents").href = `/api/desk/figures/agents/csv/${range}`;
  agents = found.agents;
  for (const agent of agents) desk.agents.set(agent.id, agent); // whose load changes untold
  showFigures(found);
  showAgents();
  byId("figures").ariaBusy = null;
  byId("freshness").textContent = `Updated ${new Date().toLocaleTimeString("en", { hourCycle: "h23" })}`;
}

const dayName = (day) => new Date(`${day}T00:00Z`).toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });

function showFigures(found) {
  charts.tickets.show(found.by_day.map(({ day, opened, resolved }) => [dayName(day), opened, resolved]));
  charts.response.show(found.by_day.map(({ day, first_response: first }) => [dayName(day), first]));
  const { longest_wait_seconds: longest, first_response: first, resolution, rating, ratings } = found;
  const shown = {
    waiting: [found.waiting],
    longest: [longest === null ? "–" : duration(longest)],
    active: [found.active],
    opened: [found.opened],
    resolved: [found.resolved],
    first: [span(first), range(first)],
    resolution: [span(resolution), range(resolution)],
    rating: [rating === null ? "–" : `${rating.toFixed(1)} of 5`, `${ratings} ${ratings === 1 ? "rating" : "ratings"}`],
    breached: [found.breached],
  };
  for (const [name, [value, more = ""]] of Object.entries(shown)) {
    const card = byId("figures").querySelector(`[data-figure="${name}"]`);
    card.querySelector("strong").textContent = value;
    card.querySelector("[data-part]").textContent = more;
    card.classList.toggle("is-late", name === "breached" && found.breached > 0);
  }
}

function showAgents() {
  const now = agents.map((one) => ({ ...one, ...desk.agents.get(one.id) }));
  arrange(byId("agents"), now.map((agent) => [agent.id, () => rowOf(agent.id).root]));
  for (const agent of now) fillAgent(rowOf(agent.id), agent, teams);
  byId("no-agents").hidden = now.length > 0;
  charts.load.show(now.map(({ username, load, capacity }) => [username, load, Math.max(0, capacity - load)]));
}

function rowOf(id) {
  if (!rows.has(id)) rows.set(id, makeAgent(isAdmin, { takes: (button) => toggle(button, id), edit: () => edit(id) }));
  return rows.get(id);
}

const agentOf = (id) => desk.agents.get(id) ?? agents.find((one) => one.id === id);
const take = (agent) => {
  desk.agents.set(agent.id, agent);
  showAgents();
};

const toggle = (button, id) => run(button, async () => {
  take(await api("POST", `/api/agents/${id}/toggle_availability/`, { is_available: !agentOf(id).is_available }));
});

let edited = null;

function edit(id) {
  const agent = agentOf(id);
  edited = id;
  openDialog(byId("agent-dialog"));
  byId("agent-head").textContent = agent.full_name || agent.username;
  byId("capacity").value = agent.capacity;
  byId("skills").value = agent.skills.join(", ");
  byId("agent-teams").hidden = !teams.length;
  byId("agent-teams").replaceChildren(el("legend", "", {}, "Teams"), ...teams.map((team) => {
    const box = el("input", "", { type: "checkbox", value: team.id, checked: agent.team_ids.includes(team.id) });
    return el("label", "check", {}, box, team.name);
  }));
}

onSubmit(byId("agent-form"), async ({ capacity, skills }) => {
  take(await api("PATCH", `/api/agents/${edited}/`, {
    capacity: Number(capacity),
    skills: skills.split(",").map((tag) => tag.trim()).filter(Boolean),
    team_ids: [...byId("agent-teams").querySelectorAll(":checked")].map(({ value }) => Number(value)),
  }));
  byId("agent-dialog").close();
  loadSoon();
});

function loadSoon() {
  timer ||= setTimeout(() => {
    timer = 0;
    if (!document.hidden) load().catch(() => {}); // the next minute asks again
  }, SOON);
}

byId("range").addEventListener("change", () => report(load));
desk.on("ticket", loadSoon);
desk.on("online", loadSoon);
desk.on("agent", () => {
  showAgents();
  loadSoon();
});
setInterval(loadSoon, 60_000);
document.addEventListener("visibilitychange", loadSoon);
await report(async () => {
  teams = (await api("GET", "/api/teams/")).data;
  byId("team").append(...teams.map(({ id, name }) => new Option(name, id)));
  await load();
});
