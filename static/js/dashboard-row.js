// One person's row on the status board. Text from people is text: nothing here writes HTML.
import { dot, fillAvatar, showAgo, STATUS_LABELS } from "./ui.js";

/** An element with properties and children; a child that is a string becomes text. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A `<time>` that says how long ago a moment was, or "never". */
export function makeTime(moment) {
  if (!moment) return "never";
  const time = document.createElement("time");
  showAgo(time, moment);
  return time;
}

export function makeRow(id) {
  const row = document.createElement("tr");
  row.dataset.userId = id;
  row.append(make("th", { scope: "row" }), make("td"));
  for (let i = 0; i < 4; i++) row.append(make("td", { className: "side" }));
  const button = make("button", { type: "button", className: "button small" }, "Why?");
  button.dataset.why = "";
  row.append(make("td", {}, button));
  return row;
}

/** Show a person in their row; nothing is touched while nothing has changed. */
export function fillRow(row, person) {
  const told = JSON.stringify(person);
  if (row.told === told) return;
  row.told = told;
  const [name, presence, since, seen, devices, account, why] = row.cells;
  const avatar = make("span", { className: "avatar small" });
  fillAvatar(avatar, person);
  name.replaceChildren(
    make("span", { className: "person" },
      avatar,
      make("span", {},
        make("span", { className: "name" }, person.username),
        make("span", { className: "muted small under" }, person.full_name || person.user_email || ""),
      ),
    ),
  );
  presence.replaceChildren(make("span", { className: "status" }, dot(person.status), STATUS_LABELS[person.status]));
  if (person.choice && person.choice !== "auto") {
    presence.append(make("span", { className: "muted small under" }, `chose ${person.choice}`));
  }
  since.replaceChildren(makeTime(person.since));
  seen.replaceChildren(makeTime(person.last_seen));
  devices.replaceChildren(...deviceBadges(person.devices ?? []));
  account.replaceChildren(...accountBadges(person));
  why.firstChild.ariaLabel = `Why ${person.username} is shown as ${person.status}, and actions`;
}

function deviceBadges(devices) {
  const count = new Map();
  for (const { device_type: type, is_alive: isAlive } of devices) {
    if (isAlive) count.set(type, (count.get(type) ?? 0) + 1);
  }
  return [...count].map(([type, n]) => make("span", { className: "badge" }, n > 1 ? `${type} ×${n}` : type));
}

export function accountBadges({ account_status: status, role }) {
  const kind = { active: "ok", pending: "warn" }[status] ?? "danger";
  const badges = [make("span", { className: `badge ${kind}` }, status)];
  if (role !== "user") badges.push(make("span", { className: "badge accent" }, role));
  return badges;
}
