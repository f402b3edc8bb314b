// The head of the open conversation, and what one is told about of it.
import { fillAvatar, report, STATUS_LABELS } from "../ui.js";
import { byId, el, icon } from "../dom.js";
import { chat, client, on, open, tell, titleOf } from "./page.js";
import { openBeside } from "./popups.js";
import { openFinder } from "./finder.js";

const mark = byId("talk-mark");
const bell = byId("notify");
let isChoosing = false; // what was chosen is on its way to the server

/** What is known of the presence of a direct conversation's other person. */
export function presenceOf(other) {
  return client.presence.get(other.user_id) ?? other;
}

function show() {
  const { conversation } = open;
  if (!conversation) return;
  const other = conversation.other_user;
  byId("talk-name").textContent = titleOf(conversation);
  mark.replaceChildren(other ? avatarOf(other) : icon(conversation.is_private ? "lock" : "hash"));
  const topic = other ? statusOf(other) : [conversation.topic];
  byId("talk-topic").replaceChildren(...topic);
  byId("talk-topic").title = other ? "" : conversation.topic;
  byId("show-people").hidden = Boolean(other);
  byId("people-count").textContent = conversation.member_count ?? "";
  byId("show-people").setAttribute("aria-label", `People: ${conversation.member_count ?? "all of them"}`);
  bell.hidden = !conversation.is_member;
  bell.replaceChildren(icon(conversation.is_muted ? "mute" : "bell"));
  showChoice(conversation);
  showBegin(conversation);
}

function showChoice({ notify }) {
  const chosen = byId("notify-choices").querySelector(`[value="${notify}"]`);
  if (chosen && !isChoosing) chosen.checked = true;
}

function avatarOf(other) {
  const avatar = el("span", "avatar");
  fillAvatar(avatar, other, presenceOf(other).status ?? "offline");
  return avatar;
}

function statusOf(other) {
  const { status, status_text: text } = presenceOf(other);
  const words = [`@${other.username}`, status && STATUS_LABELS[status], text].filter(Boolean);
  return [words.join(" · ")];
}

function showBegin(conversation) {
  const other = conversation.other_user;
  const title = other ? titleOf(conversation) : `#${titleOf(conversation)}`;
  const text = other
    ? `This is the beginning of what you and ${titleOf(conversation)} say to each other.`
    : conversation.retention_days
      ? `Messages in this channel are kept for ${conversation.retention_days} days.`
      : `This is the beginning of ${conversation.is_private ? "the private channel " : ""}${title}.`;
  byId("talk-begin").replaceChildren(el("h3", "", { textContent: title }), el("p", "muted", { textContent: text }));
}

async function choose({ target }) {
  const { id } = open;
  isChoosing = true;
  await report(async () => {
    const conversation = await client.api("PATCH", `/api/conversations/${id}/`, { notify: target.value });
    chat.put(conversation);
  });
  isChoosing = false;
  if (open.conversation) showChoice(open.conversation);
}

bell.addEventListener("click", () => openBeside(byId("notify-menu"), bell));
byId("notify-choices").addEventListener("change", choose);
byId("search-here").addEventListener("click", () => openFinder(open.id));
byId("show-people").addEventListener("click", () => tell("show details", "people"));
byId("show-pins").addEventListener("click", () => tell("show details", "pins"));
on("opening", show);
on("opened", show);
chat.on("conversation", ({ id }) => id === open.id && show());
client.on("presence", ({ user_id: id }) => id === open.conversation?.other_user?.user_id && show());
