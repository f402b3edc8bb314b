// The people of a workspace: presence, roles, removal.
import { confirmThen } from "./dialogs.js";
import { byId, copyOf } from "./dom.js";
import { withCursor } from "./lists.js";
import { client, me } from "./shell.js";
import { fillAvatar, report, run, STATUS_LABELS } from "./ui.js";
import { givenBy, loaded, manages, path, ROLES } from "./workspace.js";

const list = byId("people");
const filter = byId("filter");
const rows = new Map(); // user id -> { root, parts, person }
let cursor = null;
let mine = "guest"; // one's own role

async function load() {
  const { data, next } = await client.api("GET", withCursor(`${path}members/?limit=200`, cursor));
  cursor = next;
  for (const person of data) add(person);
  client.subscribe(data.map((person) => person.user_id));
  byId("more-people").hidden = !next;
  show();
}

function add(person) {
  const row = { ...copyOf("member"), person };
  rows.set(person.user_id, row);
  row.root.dataset.userId = person.user_id;
  row.parts.change.addEventListener("change", () => report(() => change(row)));
  row.parts.remove.addEventListener("click", () => askToRemove(row));
  fill(row);
  list.append(row.root);
}

function fill({ parts, person }) {
  const { user_id: id, username, role } = person;
  const name = person.full_name || username;
  const presence = client.presence.get(id);
  fillAvatar(parts.avatar, person, presence?.status ?? "offline");
  parts.name.textContent = id === me ? `${name} (you)` : name;
  const facts = [`@${username}`, STATUS_LABELS[presence?.status], presence?.status_text];
  parts.note.textContent = facts.filter(Boolean).join(" · ");
  const mayChange = manages(mine) && ROLES.indexOf(role) >= ROLES.indexOf(mine);
  parts.role.textContent = role;
  parts.role.hidden = mayChange;
  parts.change.hidden = !mayChange;
  parts.change.setAttribute("aria-label", `Role of ${name}`);
  parts.change.replaceChildren(...givenBy(mine).map((one) => new Option(one, one)));
  parts.change.value = role;
  parts.remove.hidden = !mayChange || id === me;
  parts.remove.setAttribute("aria-label", `Remove ${name}`);
}

async function change(row) {
  const { parts, person } = row;
  try {
    row.person = await client.api("PATCH", `${path}members/${person.user_id}/`, { role: parts.change.value });
    if (person.user_id === me) location.reload(); // what one may do here is another thing now
  } finally {
    fill(row);
  }
}

function askToRemove({ root, person }) {
  const name = person.full_name || person.username;
  confirmThen(`Remove ${name}?`, "They leave all channels of this workspace at once.", "Remove", async () => {
    await client.api("DELETE", `${path}members/${person.user_id}/`);
    root.remove();
    rows.delete(person.user_id);
    show();
  });
}

function show() {
  const wanted = filter.value.trim().toLowerCase();
  let count = 0;
  for (const { root, person } of rows.values()) {
    root.hidden = !`${person.full_name} ${person.username}`.toLowerCase().includes(wanted);
    count += !root.hidden;
  }
  byId("people-count").textContent = cursor ? `${rows.size}+` : rows.size;
  byId("nobody").hidden = count > 0;
  byId("nobody").textContent = `Nobody here is called “${filter.value.trim()}”.`;
}

client.on("presence", ({ user_id: id }) => {
  const row = rows.get(id);
  if (row && document.activeElement !== row.parts.change) fill(row);
});
filter.addEventListener("input", show);
byId("more-people").addEventListener("click", ({ currentTarget }) => run(currentTarget, load));
await report(async () => {
  mine = (await loaded).role;
  await load();
});
