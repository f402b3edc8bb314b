// Where one writes: drafts, replies, sending. Files, mentions and emoji have modules of their own.
import { byId } from "../dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { pickEmoji } from "./emoji.js";
import { areReady, hasFiles, onFiles } from "./files.js";
import { attachMentions } from "./mentions.js";
import { editLast } from "./message-edit.js";
import { chat, on, open, tell } from "./page.js";
import { replies } from "./replies.js";
import { growWith, insert } from "./textarea.js";
import { goLatest } from "./timeline-view.js";

const form = byId("composer");
const area = byId("body");
const button = byId("send");
const hasTouch = matchMedia("(hover: none)");
const sendsWhenReady = new Set(); // ids of conversations whose files are still on their way
let replyTo = null; // { id, name, text }
let way = replies; // how what is written is sent

growWith(area);
const pickers = [attachMentions(area, byId("mentions"))];

/** Let a picker (picker.js) have the keys that are for its list. */
export const addPicker = (takesKey) => pickers.push(takesKey);

/** Write another way (see replies.js) from now on; each has drafts of its own. */
export function writeAs(other) {
  if (way === other) return showPlace();
  chat.stopTyping(open.id);
  way = other;
  load(open.id);
  showPlace();
}

/** Put the focus where one writes; not on phones, whose keyboard would cover the conversation. */
export function focusComposer() {
  if (!form.hidden && !hasTouch.matches) area.focus();
}

/** Reply to a message with what is written next. */
export function startReply(message) {
  replyTo = { id: message.id, name: message.sender_name || message.sender, text: message.body || "A file" };
  showReply();
  keep(area.value);
  area.focus();
}

const keep = (body) => keepDraft(way.draft(open.id), { body, replyTo });
const hasMore = () => way.takesFiles && hasFiles(open.id);

function showReply() {
  byId("reply").hidden = !replyTo;
  byId("reply-name").textContent = replyTo?.name ?? "";
  byId("reply-text").textContent = replyTo?.text ?? "";
}

function showButton() {
  button.toggleAttribute("data-empty", !area.value.trim() && !hasMore());
  const isWaiting = sendsWhenReady.has(open.id);
  button.ariaBusy = isWaiting ? "true" : null;
  button.title = isWaiting ? "Sent as soon as the files are uploaded" : "Send";
}

function load(id) {
  const draft = id === null ? { body: "", replyTo: null } : draftOf(way.draft(id));
  area.value = draft.body;
  replyTo = draft.replyTo;
  showReply();
  area.dispatchEvent(new CustomEvent("input", { detail: "loaded" }));
}

function send() {
  const id = open.id;
  const body = area.value.trimEnd();
  if (!body.trim() && !hasMore()) return;
  if (way.takesFiles && !areReady(id)) {
    sendsWhenReady.add(id);
    return showButton();
  }
  way.send(id, { body, replyTo });
  keepDraft(way.draft(id), { body: "", replyTo: null });
  load(id);
  tell("sent", id);
  goLatest();
}

onFiles((id) => {
  showButton();
  if (!sendsWhenReady.has(id) || !areReady(id)) return;
  sendsWhenReady.delete(id);
  if (id === open.id && way === replies) send();
  else sendDraft(id);
});

/** Send what is kept for a conversation that is no longer open. */
function sendDraft(id) {
  replies.send(id, draftOf(id));
  keepDraft(id, { body: "", replyTo: null });
}

function showPlace() {
  const { conversation } = open;
  form.hidden = !way.may(conversation);
  byId("file").closest("label").hidden = byId("files").hidden = !way.takesFiles;
  if (!form.hidden) {
    area.placeholder = way.placeholder(conversation);
    area.setAttribute("aria-label", area.placeholder);
  }
  tell("place");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
area.addEventListener("input", ({ detail }) => {
  showButton();
  if (detail === "loaded" || open.id === null) return;
  sendsWhenReady.delete(open.id);
  keep(area.value);
  if (!way.takesFiles) return;
  if (area.value.trim()) chat.typing(open.id);
  else chat.stopTyping(open.id);
});
area.addEventListener("keydown", (event) => {
  if (event.isComposing || pickers.some((takesKey) => takesKey(event))) return;
  if (event.key === "Enter" && !event.shiftKey) send();
  else if (event.key === "ArrowUp" && !area.value && !event.altKey && editLast()) { /* it edits now */ }
  else if (event.key === "Escape" && replyTo) endReply();
  else return;
  event.preventDefault();
  event.stopPropagation();
});

function endReply() {
  replyTo = null;
  showReply();
  keep(area.value);
  area.focus();
}

byId("reply-end").addEventListener("click", endReply);
byId("emoji").addEventListener("click", () => pickEmoji(byId("emoji"), (emoji) => insert(area, emoji)));
on("closing", (id) => chat.stopTyping(id));
on("opening", (id) => {
  load(id);
  showPlace();
});
on("opened", showPlace);
on("compose", focusComposer);
chat.on("conversation", ({ id }) => id === open.id && showPlace());
button.disabled = false;
