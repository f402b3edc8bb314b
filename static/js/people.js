// The people page: who is here, live. Two lists, filled from the API and moved by the socket.
import { client, me } from "./shell.js";
import { fillAvatar, report, run, showAgo, STATUS_LABELS, toast } from "./ui.js";

const byId = (id) => document.getElementById(id);
const lists = { here: byId("here"), offline: byId("offline") };
const template = byId("person").content.firstElementChild;
const rows = new Map(); // user id -> its row
const watched = new Set();
let next = null; // cursor of the page to load next
let search = byId("search").value.trim(); // typed before this ran
let loading = 0; // the load at hand; answers of earlier ones are dropped

const nameOf = (person) => person.full_name || person.username;
const compare = new Intl.Collator("en", { sensitivity: "base", numeric: true }).compare;

function makeRow(id) {
  const row = template.cloneNode(true);
  row.dataset.userId = id;
  const parts = Object.fromEntries([...row.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
  parts.avatar = row.querySelector(".avatar");
  parts.watch.addEventListener("click", () => run(parts.watch, () => toggleWatch(id)));
  rows.set(id, { row, parts });
  return rows.get(id);
}

function show(person, before) {
  const { row, parts } = rows.get(person.user_id) ?? makeRow(person.user_id);
  fillAvatar(parts.avatar, person, person.status);
  parts.name.textContent = nameOf(person);
  parts.username.textContent = person.full_name ? `@${person.username}` : "";
  parts.text.textContent = person.status_text;
  const isSeen = !person.is_online && person.last_seen;
  const where = person.device_type === "mobile" ? " on mobile" : "";
  parts.status.textContent = isSeen ? "" : STATUS_LABELS[person.status] + where;
  showAgo(parts.seen, isSeen || null, "Seen ");
  row.dataset.status = person.status;
  row.dataset.name = nameOf(person);
  place(row, lists[person.is_online ? "here" : "offline"]);
  showWatch(person);
  if (before && before.status !== person.status) {
    row.classList.remove("fresh");
    void row.offsetWidth; // so that the animation starts again
    row.classList.add("fresh");
  }
}

const isInOrder = (one, other) => !one || !other || compare(one.dataset.name, other.dataset.name) <= 0;

/** Put a row where its name belongs, with its focus; it is not moved if it is there already. */
function place(row, list) {
  const { parentElement, previousElementSibling: above, nextElementSibling: below } = row;
  if (parentElement === list && isInOrder(above, row) && isInOrder(row, below)) return;
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  row.remove();
  let [low, high] = [0, list.children.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isInOrder(list.children[middle], row)) low = middle + 1;
    else high = middle;
  }
  list.insertBefore(row, list.children[low] ?? null);
  focused?.focus();
}

function remove(id) {
  rows.get(id)?.row.remove();
  rows.delete(id);
  count();
}

function count() {
  for (const [name, list] of Object.entries(lists)) byId(`${name}-count`).textContent = list.children.length;
  const isEmpty = rows.size === 0;
  byId("nobody").hidden = !isEmpty;
  byId("nobody-text").textContent = search
    ? `Nobody here is called “${search}”.`
    : "Nobody shares their presence with you yet.";
  for (const part of document.querySelectorAll(".people-part")) part.hidden = isEmpty;
}

async function load(isMore = false) {
  const mine = ++loading;
  byId("lists").setAttribute("aria-busy", "true");
  const query = new URLSearchParams({ limit: 200, q: search });
  if (isMore) query.set("cursor", next);
  const [page, { user_ids: waited }] = await Promise.all([
    client.api("GET", `/api/users/?${query}`),
    client.api("GET", "/api/users/watches/"),
  ]);
  if (mine !== loading) return;
  for (const id of waited) watched.add(id);
  if (!isMore) {
    client.unsubscribe([...rows.keys()]);
    for (const { row } of rows.values()) row.remove();
    rows.clear();
  }
  const people = page.data.filter((person) => person.user_id !== me);
  client.take(people);
  for (const person of people) show(client.presence.get(person.user_id));
  client.subscribe(people.map((person) => person.user_id));
  next = page.next;
  byId("more").hidden = !next;
  byId("lists").setAttribute("aria-busy", "false");
  count();
}

// "Tell me when this person is here"

function showWatch(person) {
  const button = rows.get(person.user_id).parts.watch;
  if (person.is_online) watched.delete(person.user_id);
  button.disabled = person.is_online;
  button.setAttribute("aria-pressed", String(watched.has(person.user_id)));
  button.setAttribute("aria-label", `Tell me when ${nameOf(person)} is here`);
  button.title = button.getAttribute("aria-label");
}

async function toggleWatch(id) {
  const person = client.presence.get(id);
  if (watched.has(id)) {
    await client.unwatch(id);
    watched.delete(id);
  } else {
    if (window.Notification?.permission === "default") Notification.requestPermission();
    await client.watch(id);
    watched.add(id);
    toast(`You will be told when ${nameOf(person)} is here.`);
  }
  showWatch(client.presence.get(id) ?? person);
}

client.on("came_online", ({ user_id: id, username }) => {
  const person = client.presence.get(id) ?? { username };
  toast(`${nameOf(person)} is here.`);
  if (document.hidden && window.Notification?.permission === "granted") new Notification(`${nameOf(person)} is here`);
});

client.on("presence", (person, before) => {
  if (!rows.has(person.user_id)) return;
  show(person, before);
  count();
});
client.on("hidden", remove);

let typing = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    search = byId("search").value.trim();
    report(load);
  }, 200);
});
byId("more").addEventListener("click", () => run(byId("more"), () => load(true)));
await report(load);
