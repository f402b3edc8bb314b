// Search and switch (Ctrl+K): conversations by name at once, messages from the server after a pause.
import { report } from "../ui.js";
import { afterPause, byId, el } from "../dom.js";
import { conversationHit, messageHit } from "./finder-hits.js";
import { fits, isUnread } from "./list.js";
import { withCursor } from "../lists.js";
import { chat, client, titleOf } from "./page.js";
import { goToConversation } from "./opening.js";

const box = byId("finder");
const input = byId("finder-text");
const list = byId("finder-list");
const where = byId("finder-where");
const MOST = 8; // conversations that are offered
const PAUSE = 250; // ms
const FAR = 1e15; // ms, more than any two conversations lie apart: unread ones come first
let hits = []; // { element, go() }
let current = 0;
let next = null; // cursor of older messages
let turn = 0; // of the search at hand; answers of earlier ones are dropped

/** Open the search; in one conversation if its id is given. */
export function openFinder(id = null) {
  current = 0;
  const options = [...chat.conversations.values()].map((one) => new Option(titleOf(one), one.id));
  where.replaceChildren(new Option("Everywhere", ""), ...options);
  where.value = id ?? "";
  for (const field of [input, byId("finder-who"), byId("finder-after"), byId("finder-before")]) field.value = "";
  if (!box.open) box.showModal();
  input.focus();
  search();
}

function query() {
  const day = (field, days) => {
    if (!byId(field).value) return "";
    const [year, month, date] = byId(field).value.split("-").map(Number);
    return new Date(year, month - 1, date + days).toISOString(); // the reader's own midnight
  };
  const values = {
    q: input.value.trim(),
    conversation_id: where.value,
    sender: byId("finder-who").value.trim().replace(/^@/, ""),
    after: day("finder-after", 0),
    before: day("finder-before", 1),
  };
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value));
}

async function search() {
  const mine = ++turn;
  const words = query();
  const isNarrowed = words.has("sender") || words.has("after") || words.has("before");
  const known = where.value || isNarrowed ? [] : fitting(input.value.trim().toLowerCase());
  show(known, []);
  if (!words.has("q") && !isNarrowed) return tellNone(known.length ? "" : "Write what to look for.");
  await pause();
  if (mine !== turn) return;
  const found = await client.api("GET", `/api/search/?${words}`).catch((error) => error);
  if (mine !== turn) return;
  if (found instanceof Error) return tellNone(found.message);
  show(known, found.data);
  next = found.next;
  tellNone(hits.length ? "" : "Nothing is found.");
}

/** Older messages that fit, once the last one is near. */
async function more() {
  if (!next) return;
  const mine = turn;
  const path = withCursor(`/api/search/?${query()}`, next);
  next = null;
  const found = await client.api("GET", path).catch(() => null); // scrolling asks again
  if (mine !== turn || !found) return;
  next = found.next;
  list.lastElementChild.append(...add(found.data.map(messageOf)));
}

let wake = () => {};
const ring = afterPause(() => wake(), PAUSE);
const pause = () =>
  new Promise((resolve) => {
    wake = resolve;
    ring();
  });

function fitting(wanted) {
  const all = [...chat.conversations.values()].filter((one) => one.is_member && fits(one, wanted));
  const latest = (one) => Number(isUnread(one)) * FAR + Date.parse(one.updated_at);
  return all.sort((one, other) => latest(other) - latest(one)).slice(0, MOST);
}

function tellNone(text) {
  byId("finder-none").textContent = text;
}

const knownOf = (one) => ({ element: conversationHit(one), go: () => goToConversation(one.id) });
const messageOf = (one) => ({
  element: messageHit(one),
  go: () => goToConversation(one.conversation_id, { seq: one.seq }),
});

function show(conversations, messages) {
  tellNone("");
  hits = [];
  next = null;
  const groups = [
    ...group("Conversations", add(conversations.map(knownOf))),
    ...group("Messages", add(messages.map(messageOf))),
  ];
  list.replaceChildren(...groups);
  select(current < conversations.length ? current : 0);
}

/** Add hits to those that can be chosen; returns their elements. */
function add(found) {
  for (const hit of found) {
    const at = hits.push(hit) - 1;
    hit.element.id = `hit-${at}`;
    hit.element.addEventListener("click", () => take(at));
  }
  return found.map(({ element }) => element);
}

function group(title, elements) {
  if (!elements.length) return [];
  const head = el("h3", "", { textContent: title, role: "presentation" });
  return [el("div", "", { role: "group", ariaLabel: title }, head, ...elements)];
}

function select(at) {
  hits[current]?.element.setAttribute("aria-selected", "false");
  if (!hits.length) return input.removeAttribute("aria-activedescendant");
  current = (at + hits.length) % hits.length;
  hits.forEach(({ element }, index) => element.setAttribute("aria-selected", String(index === current)));
  if (current === hits.length - 1) more();
  input.setAttribute("aria-activedescendant", hits[current].element.id);
  hits[current].element.scrollIntoView({ block: "nearest" });
}

function take(at) {
  if (!hits[at]) return;
  const { go } = hits[at];
  box.close();
  report(go);
}

input.addEventListener("input", () => {
  current = 0;
  search();
});
list.addEventListener("scroll", () => {
  if (list.scrollHeight - list.scrollTop < 2 * list.clientHeight) more();
});
byId("finder-filters").addEventListener("input", search);
input.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) select(current + step);
  else if (event.key === "Enter" && !event.isComposing) take(current);
  else if (event.key === "Escape") box.close(); // browsers would only empty the field
  else return;
  event.preventDefault();
});
byId("finder-close").addEventListener("click", () => box.close());
byId("find").addEventListener("click", () => openFinder());
