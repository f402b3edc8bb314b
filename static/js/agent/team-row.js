// One agent in the table for leads.
import { fillAvatar, STATUS_LABELS } from "../ui.js";
import { copyOf, el } from "../dom.js";
import { duration } from "../durations.js";

/** An empty row; admins get buttons that call `takes(button)` and `edit()`. */
export function makeAgent(isAdmin, { takes, edit }) {
  const row = copyOf("agent-row");
  row.parts.edit.hidden = !isAdmin;
  row.parts.edit.addEventListener("click", edit);
  row.takes = isAdmin
    ? el("button", "switch", { type: "button", role: "switch" }, el("span", "switch-knob", { ariaHidden: "true" }))
    : el("span");
  if (isAdmin) row.takes.addEventListener("click", () => takes(row.takes));
  row.parts.takes.append(row.takes);
  return row;
}

/** Show an agent with their figures. */
export function fillAgent({ parts, takes }, agent, teams) {
  const name = agent.full_name || agent.username;
  const presence = agent.presence ?? "offline";
  fillAvatar(parts.avatar, { user_id: agent.id, ...agent }, presence);
  parts.name.textContent = name;
  parts.presence.textContent = STATUS_LABELS[presence];
  if (takes.role === "switch") {
    takes.setAttribute("aria-checked", String(agent.is_available));
    takes.setAttribute("aria-label", `${name} takes new tickets`);
  } else takes.replaceChildren(agent.is_available ? "Yes" : "No");
  parts.bar.firstElementChild.style.width = `${Math.min(100, (100 * agent.load) / Math.max(1, agent.capacity))}%`;
  parts.bar.classList.toggle("is-full", agent.load >= agent.capacity);
  parts.load.textContent = `${agent.load} of ${agent.capacity}`;
  parts.unanswered.textContent = agent.unanswered;
  parts.resolved.textContent = agent.resolved;
  parts.response.textContent = agent.response ? duration(agent.response.median_seconds) : "–";
  parts.rating.textContent = agent.rating === null ? "–" : `${agent.rating.toFixed(1)} (${agent.ratings})`;
  const names = agent.team_ids.map((id) => teams.find((team) => team.id === id)?.name).filter(Boolean);
  parts.skills.replaceChildren(...names.map((one) => el("span", "badge accent", {}, one)), ...agent.skills.map((one) => el("span", "badge", {}, one)));
  parts.edit.setAttribute("aria-label", `Change ${name}`);
}
