// Which tickets one wants to see: a tab, and filters. Kept in this browser, but for the search.
import { afterPause, byId } from "../dom.js";
import { keep, keptValue } from "../chat/kept.js";
import { client, on, tell } from "../chat/page.js";
import { desk } from "./desk.js";

const form = byId("filters");
const box = byId("filter-box");
const tabs = [...byId("tabs").children];
let view = keptValue("desk-view", "mine");

/** What is asked for: the tab's name, the question (pulse-desk-list.js), and whether filters narrow it. */
export function question() {
  const { search, status, priority, team_id: team, tag } = Object.fromEntries(new FormData(form));
  const given = {
    search: search.trim() || undefined,
    priority: priority || undefined,
    team_id: Number(team) || undefined,
    tag: tag.trim().toLowerCase() || undefined,
  };
  const isNarrowed = Boolean(status) || Object.values(given).some(Boolean);
  return { view, isNarrowed, asked: { ...given, ...stateOf(status) } };
}

/** What a tab and a status mean for the server. Without a status, lists leave out what is put off; "all" has it. */
function stateOf(status) {
  const list = view === "all" ? "open" : view;
  if (!status) return view === "all" ? { view: list } : { view: list, is_snoozed: false };
  if (status === "snoozed") return { view: list, is_snoozed: true };
  if (status === "any") return { view: list === "open" ? "all" : list };
  return { view: list === "open" ? "all" : list, status };
}

function choose(name) {
  view = name;
  keep("desk-view", name);
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab.dataset.view === name));
    tab.tabIndex = tab.dataset.view === name ? 0 : -1;
  }
  byId("tickets-box").setAttribute("aria-labelledby", `tab-${name}`);
  tell("question");
}

function showFilters(isOpen) {
  box.hidden = !isOpen;
  byId("more-filters").setAttribute("aria-expanded", String(isOpen));
}

/** Fill in what there is to choose from. Throws PulseError. */
export async function loadFilters() {
  const [teams, { tags }] = await Promise.all([loadTeams(), client.api("GET", "/api/desk/tags/")]);
  byId("filter-team").append(...teams.map(({ id, name }) => new Option(name, id)));
  byId("known-tags").replaceChildren(...tags.map((tag) => new Option(tag)));
}

/** All teams. Throws PulseError. */
export async function loadTeams() {
  teams ??= (await client.api("GET", "/api/teams/")).data;
  return teams;
}
let teams = null;

/** Offer a tag that was not known before. */
function learn(tag) {
  const isKnown = [...byId("known-tags").options].some(({ value }) => value === tag);
  if (!isKnown) byId("known-tags").append(new Option(tag));
}

byId("tabs").addEventListener("click", ({ target }) => {
  const tab = target.closest("[role=tab]");
  if (tab) choose(tab.dataset.view);
});
byId("tabs").addEventListener("keydown", (event) => {
  const at = tabs.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const tab = tabs.at(to % tabs.length);
  tab.focus();
  choose(tab.dataset.view);
});
byId("more-filters").addEventListener("click", () => showFilters(box.hidden));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", afterPause(() => tell("question"), 250));
form.addEventListener("reset", () => setTimeout(() => tell("question"))); // once the fields are empty
on("ready", () => choose(view));
desk.on("ticket", ({ tags }) => tags.forEach(learn));
