// The conversations on the left: channels of the chosen workspace, direct ones of all. Kept live.
import { fillAvatar } from "../ui.js";
import { arrange, byId, copyOf, icon, oncePerFrame, showCount } from "../dom.js";
import { keep, keptValue } from "./kept.js";
import { chat, client, me, on, open, titleOf } from "./page.js";
import { chosenTeam } from "./teams.js";

const compare = new Intl.Collator("en", { sensitivity: "base", numeric: true }).compare;
const lists = { channels: byId("channels"), direct: byId("direct") };
const filter = byId("filter");
const rows = new Map(); // conversation id -> { root, parts }

/** Whether a conversation is called so, in lower case. */
export const fits = (conversation, wanted) =>
  [titleOf(conversation), conversation.other_user?.username ?? ""].some((name) => name.toLowerCase().includes(wanted));

/** The conversations in the order in which they stand on the page. */
export function inOrder() {
  const wanted = filter.value.trim().toLowerCase();
  const all = [...chat.conversations.values()].filter((one) => one.is_member && fits(one, wanted));
  const isShown = (one) => one.id === open.id || (!one.is_archived && one.workspace_id === chosenTeam());
  const channels = all.filter((one) => one.kind === "channel" && isShown(one));
  const direct = all.filter((one) => one.kind === "direct");
  return {
    channels: channels.sort((one, other) => compare(one.name, other.name)),
    direct: direct.sort((one, other) => new Date(other.updated_at) - new Date(one.updated_at)),
  };
}

/** Whether a conversation asks for attention. */
export const isUnread = (conversation) => conversation.unread_count > 0 && !conversation.is_muted;

function show() {
  const found = inOrder();
  for (const [name, conversations] of Object.entries(found)) {
    arrange(lists[name], conversations.map((one) => [one.id, () => rowOf(one.id).root]));
    for (const one of conversations) fill(rowOf(one.id), one);
  }
  const isEmpty = !found.channels.length && !found.direct.length;
  byId("no-talks").hidden = !(isEmpty && filter.value.trim());
  byId("no-talks").textContent = `No conversation is called “${filter.value.trim()}”.`;
}

const showSoon = oncePerFrame(show);

function rowOf(id) {
  if (!rows.has(id)) {
    const row = copyOf("talk-row");
    row.link = row.root.querySelector("a");
    row.link.href = `/app/${id}`;
    row.link.dataset.conversation = id;
    rows.set(id, row);
  }
  return rows.get(id);
}

function fill({ link, parts }, conversation) {
  const other = conversation.other_user;
  const status = other && (client.presence.get(other.user_id)?.status ?? other.status ?? "offline");
  const mark = other ? `${other.avatar_url} ${other.full_name} ${status}` : String(conversation.is_private);
  if (parts.mark.dataset.mark !== mark) {
    parts.mark.dataset.mark = mark;
    parts.mark.replaceChildren(other ? avatarOf(other, status) : icon(conversation.is_private ? "lock" : "hash"));
  }
  parts.name.textContent = titleOf(conversation);
  parts.last.textContent = other ? lastOf(conversation) : "";
  parts.muted.hidden = !conversation.is_muted;
  parts.count.classList.toggle("quiet", conversation.is_muted);
  showCount(parts.count, conversation.unread_count, "unread");
  link.classList.toggle("is-unread", isUnread(conversation));
  link.classList.toggle("is-muted", conversation.is_muted);
  link.title = other ? `${titleOf(conversation)} (${status})` : titleOf(conversation);
  if (conversation.id === open.id) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

function avatarOf(person, status) {
  const avatar = document.createElement("span");
  avatar.className = "avatar";
  fillAvatar(avatar, person, status);
  return avatar;
}

function lastOf({ last_message: last }) {
  if (!last) return "";
  if (last.is_deleted) return "Message deleted";
  const text = last.body || (last.kind === "image" ? "Picture" : last.kind === "file" ? "File" : "");
  return last.sender_id === me ? `You: ${text}` : text;
}

function follow() {
  client.subscribe([...chat.conversations.values()].flatMap(({ other_user: other }) => (other ? [other.user_id] : [])));
}

for (const name of Object.keys(lists)) {
  const head = byId(`${name}-head`);
  const fold = (isOpen) => {
    head.setAttribute("aria-expanded", String(isOpen));
    lists[name].hidden = !isOpen;
  };
  fold(!keptValue("folded", []).includes(name));
  head.addEventListener("click", () => {
    fold(lists[name].hidden);
    keep("folded", Object.keys(lists).filter((one) => lists[one].hidden));
  });
}
lists.channels.dataset.none = "No channels yet";
lists.direct.dataset.none = "Nobody yet";

filter.addEventListener("input", show);
filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") byId("lists").querySelector(".talk-row")?.click();
  else if (event.key === "Escape" && filter.value) {
    filter.value = "";
    show();
    event.stopPropagation();
  }
});
chat.on("conversation", () => {
  follow();
  showSoon();
});
chat.on("gone", (id) => {
  rows.delete(id);
  showSoon();
});
client.on("presence", showSoon);
on("opening", show);
on("team", show);
on("ready", () => {
  follow();
  show();
});
