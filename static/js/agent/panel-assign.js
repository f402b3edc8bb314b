// Who answers: handing a ticket on to an agent or a team.
import { onSubmit, STATUS_LABELS } from "../ui.js";
import { byId, el } from "../dom.js";
import { me, on } from "../chat/page.js";
import { act, desk, isAdmin, nameOf, onTicket, ticket } from "./desk.js";
import { loadTeams } from "./filters.js";

const select = byId("assign");
let teams = [];
let isChosen = false; // by hand, and not handed on yet

function show() {
  const one = ticket();
  if (!one || isChosen || document.activeElement === select) return;
  const isActive = one.status === "active" && one.agent;
  const agents = [...desk.agents.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const options = agents.map((agent) => new Option(wordsOf(agent), `agent-${agent.id}`));
  const groups = [
    el("optgroup", "", { label: "Agents" }, ...options),
    el("optgroup", "", { label: "Queue of" }, new Option("everybody", "team-"), ...teams.map(({ id, name }) => new Option(name, `team-${id}`))),
  ];
  select.replaceChildren(...(isActive ? [] : [new Option("Nobody", "")]), ...groups);
  select.value = isActive ? `agent-${one.agent.id}` : "";
  const mayAll = isAdmin || one.agent?.id === me;
  for (const option of select.options) {
    option.disabled = option.value !== "" && option.value !== select.value && !mayAll && option.value !== `agent-${me}`;
  }
  select.disabled = one.status === "closed";
  const team = teams.find(({ id }) => id === one.desk.team_id);
  const hints = [team && `Team ${team.name}.`, !mayAll && "Take it over to hand it on."];
  byId("assign-hint").textContent = hints.filter(Boolean).join(" ");
}

function wordsOf(agent) {
  const facts = [STATUS_LABELS[agent.presence] ?? "presence unknown", !agent.is_available && "not available", `${agent.load} of ${agent.capacity}`];
  return `${nameOf(agent)}${agent.id === me ? " (you)" : ""}: ${facts.filter(Boolean).join(", ")}`;
}

onSubmit(byId("assign-form"), async ({ to }) => {
  const [kind, id] = (to ?? "").split("-");
  const body = kind === "agent" ? { agent_id: Number(id) } : { team_id: Number(id) || null };
  if (!kind) return;
  isChosen = false;
  select.blur();
  await act(ticket(), "assign_agent", body);
  show();
});
select.addEventListener("change", () => (isChosen = true));
on("opening", () => (isChosen = false));
onTicket(show);
desk.on("agent", show);
on("ready", async () => {
  teams = await loadTeams().catch(() => []); // without them it is handed on to agents
  show();
});
