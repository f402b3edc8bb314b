// The people of the conversation, with presence; those who manage it take people out.
import { fillAvatar, report, run, STATUS_LABELS } from "../ui.js";
import { writeTo } from "./begin.js";
import { confirmThen } from "../dialogs.js";
import { byId, copyOf, oncePerFrame } from "../dom.js";
import { forgetPeople, peopleOf } from "./people-of.js";
import { chat, client, me, on, open } from "./page.js";

const PAGE = 100; // people shown at once
const RANK = { online: 0, busy: 1, away: 2, offline: 3 };
const list = byId("list-people");
let people = [];
let shown = PAGE;

const statusOf = (person) => client.presence.get(person.user_id)?.status ?? person.status ?? "offline";

async function load() {
  const { id, conversation } = open;
  byId("part-people").hidden = Boolean(conversation?.other_user);
  if (!conversation || conversation.other_user || byId("details").hidden) return;
  byId("add-people").hidden = !conversation.may_change || conversation.is_archived;
  const found = await peopleOf(id);
  if (open.id !== id) return;
  people = found;
  client.subscribe(people.map((person) => person.user_id));
  show();
}

function show() {
  if (open.conversation?.other_user) return;
  byId("people-number").textContent = people.length;
  const sorted = [...people].sort((one, other) => RANK[statusOf(one)] - RANK[statusOf(other)]);
  list.replaceChildren(...sorted.slice(0, shown).map(row));
  byId("more-people").hidden = people.length <= shown;
}

const showSoon = oncePerFrame(() => !byId("details").hidden && !list.contains(document.activeElement) && show());

function row(person) {
  const { root, parts } = copyOf("person");
  const name = person.full_name || person.username;
  const status = statusOf(person);
  fillAvatar(parts.avatar, person, status);
  parts.name.textContent = person.user_id === me ? `${name} (you)` : name;
  const text = client.presence.get(person.user_id)?.status_text ?? person.status_text;
  parts.note.textContent = [`@${person.username}`, STATUS_LABELS[status], text].filter(Boolean).join(" · ");
  if (person.user_id === me) return root;
  parts.write.hidden = false;
  parts.write.setAttribute("aria-label", `Write to ${name}`);
  parts.write.addEventListener("click", () => run(parts.write, () => writeTo(person.username)));
  parts.remove.hidden = !open.conversation.may_manage || open.conversation.is_archived;
  parts.remove.setAttribute("aria-label", `Take ${name} out`);
  parts.remove.addEventListener("click", () => askToRemove(person, name));
  return root;
}

function askToRemove(person, name) {
  const { id } = open;
  confirmThen(`Take ${name} out?`, "They can be added again.", "Take out", async () => {
    await client.api("DELETE", `/api/channels/${id}/members/${person.user_id}/`);
    changed(id);
  });
}

/** Ask again who is in a conversation. */
function changed(id) {
  forgetPeople(id);
  if (id === open.id && open.timeline) report(load);
}

byId("more-people").addEventListener("click", () => {
  shown += PAGE;
  show();
});
on("opening", () => {
  people = [];
  shown = PAGE;
  list.replaceChildren();
});
on("details shown", () => report(load));
on("people changed", changed);
chat.on("conversation", ({ id }, news) => ["joined", "left"].includes(news?.change) && changed(id));
client.on("presence", ({ user_id: id }) => people.some((person) => person.user_id === id) && showSoon());
