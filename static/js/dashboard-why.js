// "Why is this user shown as X": devices, timers, choice, account; and what an admin may do about it.
import { client } from "./shell.js";
import { accountBadges, make, makeTime } from "./dashboard-row.js";
import { run } from "./ui.js";

const why = document.getElementById("why");
const confirm = document.getElementById("confirm");
const yes = document.getElementById("confirm-yes");
const failure = document.getElementById("confirm-error");

const ACTIONS = {
  suspend: { label: "Suspend", change: { account_status: "suspended" }, text: "They are signed out everywhere at once and cannot sign in until they are reactivated." },
  ban: { label: "Ban", change: { account_status: "banned" }, text: "They are signed out everywhere at once and cannot sign in again." },
  reactivate: { label: "Reactivate", change: { account_status: "active" }, text: "They can sign in again." },
  promote: { label: "Make admin", change: { role: "admin" }, text: "They may do everything that you may do." },
  demote: { label: "Remove admin", change: { role: "user" }, text: "They become a plain user." },
};

let shown = null; // user id
let changed = () => {};

/** Open the panel for a user; `onChange` runs after an action. */
export async function openWhy(id, onChange) {
  shown = id;
  changed = onChange;
  await load();
}

async function load() {
  const id = shown;
  let person;
  try {
    person = await client.api("GET", `/api/users/${id}/presence/explanation/`);
  } catch (error) {
    person = { username: "", explanation: [error.message], devices: [] };
  }
  if (id !== shown) return;
  show(person);
  if (!why.open) why.showModal();
}

function show(person) {
  document.getElementById("why-title").textContent = person.username
    ? `Why ${person.username} is shown as ${person.status}`
    : "Not found out";
  document.getElementById("why-sentences").replaceChildren(
    ...person.explanation.map((sentence) => make("li", {}, sentence)),
  );
  document.getElementById("why-devices").replaceChildren(...deviceRows(person.devices));
  document.getElementById("why-account").replaceChildren(...(person.username ? accountLine(person) : []));
  showActions(person);
}

/** The buttons stay the same elements while the same can be done: somebody may be about to press one. */
function showActions(person) {
  const place = document.getElementById("why-actions");
  const names = possible(person);
  const told = [person.user_id, ...names].join();
  if (place.dataset.told === told) return;
  place.dataset.told = told;
  place.replaceChildren(...names.map((name) => actionButton(name, person)));
}

function accountLine(person) {
  const badges = accountBadges(person).flatMap((badge) => [badge, " "]);
  return [...badges, person.user_email ?? "no e-mail", ", last seen ", makeTime(person.last_seen)];
}

function deviceRows(devices) {
  if (!devices.length) return [make("tr", {}, make("td", { colSpan: 5, className: "muted" }, "No device."))];
  return devices.map((device) =>
    make("tr", {},
      make("th", { scope: "row" }, device.device_type, make("span", { className: "muted small under" }, device.device_id)),
      make("td", {}, device.is_alive ? "alive" : "gone", make("span", { className: "muted small under" }, timer(device))),
      make("td", {}, makeTime(device.last_beat)),
      make("td", {}, makeTime(device.last_input)),
      make("td", { className: "number" }, String(device.sockets)),
    ),
  );
}

function timer({ is_alive: isAlive, idle_at: idleAt, dies_at: diesAt }) {
  if (!isAlive || !diesAt) return "";
  const isInUse = idleAt && Date.parse(idleAt) > Date.now();
  return isInUse ? `idle ${within(idleAt)} without input` : `gone ${within(diesAt)} without a beat`;
}

function within(moment) {
  const seconds = Math.max(0, Math.round((Date.parse(moment) - Date.now()) / 1000));
  return seconds < 120 ? `in ${seconds} s` : `in ${Math.round(seconds / 60)} min`;
}

function possible({ account_status: status, role }) {
  if (!status) return [];
  const names = status === "active" ? ["suspend", "ban"] : ["reactivate"];
  if (status === "suspended" || status === "pending") names.push("ban");
  if (role === "admin") names.push("demote");
  else if (role !== "visitor") names.push("promote");
  return names;
}

function actionButton(name, person) {
  const { label } = ACTIONS[name];
  const kind = name === "suspend" || name === "ban" || name === "demote" ? " danger" : "";
  const button = make("button", { type: "button", className: `button small${kind}` }, label);
  button.addEventListener("click", () => askFor(name, person));
  return button;
}

function askFor(name, person) {
  const { label, change, text } = ACTIONS[name];
  document.getElementById("confirm-title").textContent = `${label}: ${person.username}?`;
  document.getElementById("confirm-text").textContent = text;
  failure.hidden = true;
  yes.textContent = label;
  yes.onclick = () => run(yes, async () => {
    try {
      await client.api("PATCH", `/api/admin/users/${person.user_id}/`, change);
    } catch (error) {
      failure.textContent = error.message;
      failure.hidden = false;
      return;
    }
    confirm.close();
    changed();
    await load();
  });
  confirm.showModal();
}

why.querySelector("[data-close]").addEventListener("click", () => why.close());
why.addEventListener("close", () => { shown = null; });
client.on("presence", (person) => {
  if (person.user_id === shown && why.open) load();
});
