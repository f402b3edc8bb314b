// What a conversation is: a channel's name, topic and rules, which some may change; or a person.
import { dot, fillAvatar, onSubmit, showAgo, STATUS_LABELS } from "../ui.js";
import { byId, el, icon } from "../dom.js";
import { presenceOf } from "./header.js";
import { chat, client, on, open, titleOf } from "./page.js";
import { dateOf } from "./times.js";

const who = byId("details-who");
const form = byId("about-form");

function show() {
  const { conversation } = open;
  if (!conversation) return;
  const other = conversation.other_user;
  who.classList.toggle("is-person", Boolean(other));
  who.replaceChildren(...(other ? person(other) : channel(conversation)));
  const isEditing = !form.hidden;
  byId("about-tools").hidden = isEditing || other || conversation.is_archived || !conversation.may_change;
}

function channel({ topic, is_private: isPrivate, is_archived: isArchived, created_at: moment, retention_days: days }) {
  const { conversation } = open;
  const parts = [el("h3", "", {}, icon(isPrivate ? "lock" : "hash"), titleOf(conversation))];
  parts.push(el("p", topic ? "" : "muted", { textContent: topic || "No topic yet." }));
  const facts = [isPrivate ? "Private" : "Public", `since ${dateOf(moment)}`];
  if (days) facts.push(`messages kept for ${days} days`);
  if (isArchived) facts.push("archived");
  parts.push(el("p", "small muted", { textContent: facts.join(" · ") }));
  return parts;
}

function person(other) {
  const seen = presenceOf(other);
  const avatar = el("span", "avatar large", { ariaHidden: "true" });
  fillAvatar(avatar, other);
  const name = el("h3", "", { textContent: other.full_name || other.username });
  const parts = [avatar, name, el("p", "muted", { textContent: `@${other.username}` })];
  if (seen.status) parts.push(el("p", "status small", {}, dot(seen.status), STATUS_LABELS[seen.status]));
  if (seen.status_text) parts.push(el("p", "small", { textContent: seen.status_text }));
  if (seen.status === "offline" && seen.last_seen) {
    const time = el("time", "small muted");
    showAgo(time, seen.last_seen, "Seen ");
    parts.push(time);
  }
  return parts;
}

function edit(isEditing) {
  const { conversation } = open;
  form.hidden = !isEditing;
  who.hidden = isEditing;
  show();
  if (!isEditing) return;
  for (const id of ["about-name", "about-private", "about-retention"]) byId(id).disabled = !conversation.may_manage;
  byId("about-name").value = conversation.name;
  byId("about-topic").value = conversation.topic;
  byId("about-private").checked = conversation.is_private;
  showRetention(conversation.retention_days);
  byId(conversation.may_manage ? "about-name" : "about-topic").focus();
}

function showRetention(days) {
  const choice = byId("about-retention");
  choice.querySelector("[data-own]")?.remove();
  if (days && !choice.querySelector(`[value="${days}"]`)) {
    const own = el("option", "", { value: days, textContent: `For ${days} days` });
    own.dataset.own = "";
    choice.append(own);
  }
  choice.value = days ?? "";
}

onSubmit(form, async ({ name, topic, retention_days: days, is_private: isPrivate }) => {
  const { id, conversation } = open;
  const body = { topic };
  const managed = { name, is_private: Boolean(isPrivate), retention_days: days ? Number(days) : null };
  if (conversation.may_manage) Object.assign(body, managed);
  chat.put(await client.api("PATCH", `/api/channels/${id}/`, body));
  edit(false);
  byId("about-edit").focus();
});
byId("about-edit").addEventListener("click", () => edit(true));
byId("about-cancel").addEventListener("click", () => {
  edit(false);
  byId("about-edit").focus();
});
on("opening", () => edit(false));
on("opened", show);
chat.on("conversation", ({ id }) => id === open.id && show());
client.on("presence", ({ user_id: id }) => id === open.conversation?.other_user?.user_id && show());
