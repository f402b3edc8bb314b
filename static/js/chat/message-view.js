// One message as an element. Its `html` is the only markup; all else is text.
import { fillAvatar } from "../ui.js";
import { copyOf, el, icon } from "../dom.js";
import { filesOf, pendingFiles } from "./files-view.js";
import { editorOf, isEditing } from "./message-edit.js";
import { me, meet, myName, nameOf, writerOf } from "./page.js";
import { fullOf, showTime } from "./times.js";

const STATES = { sent: ["check", "Sent"], delivered: ["checks", "Delivered"], read: ["checks", "Read"] };
const EMOJI = /\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*/u;
const FEW_EMOJI = new RegExp(`^(?:${EMOJI.source}\\s?){1,3}$`, "u");

const NAMED = 20; // people by name on a reaction

/** How far one's own message in a direct conversation has come, else "". */
export function receiptOf(message, conversation) {
  const other = conversation?.other_user;
  if (!other || message.sender_id !== me || message.is_deleted || message.kind === "event") return "";
  if (other.read_seq >= message.seq) return "read";
  return other.delivered_seq >= message.seq ? "delivered" : "sent";
}

/** What decides about the looks of a row: a row with the same mark needs no new element. */
export function markOf({ kind, isMore, at, message, item, aside }, conversation) {
  if (kind === "day") return at;
  if (kind === "aside") return aside.mark;
  if (kind === "new") return "";
  if (kind === "pending") return `${isMore} ${item.state} ${item.error?.code}`;
  if (isEditing(message)) return `${isMore} editing`;
  return `${isMore} ${message.rev} ${receiptOf(message, conversation)} ${conversation?.may_post}`;
}

/** The element of a message. */
export function messageElement({ message, isMore }, conversation) {
  const { sender_id: id, sender, sender_name: name, sender_avatar_url: avatar, created_at: moment } = message;
  meet({ user_id: id, username: sender, full_name: name });
  if (message.kind === "event") {
    return el("li", "message is-event", { tabIndex: -1, title: fullOf(moment) }, eventText(message));
  }
  const { root, parts } = begin(id, writerOf(message), avatar, moment, isMore);
  if (message.mentions_all || message.mentions.includes(me)) root.classList.add("is-mention");
  parts.main.append(...contents(message, conversation));
  return root;
}

/** What happened: "Ann archived the channel". */
export const eventText = (message) => `${writerOf(message)} ${message.body}`;

/** The element of a message that is on its way. */
export function pendingElement({ item, isMore }) {
  const { root, parts } = begin(me, myName, null, item.at, isMore);
  root.classList.add(item.state === "failed" ? "is-failed" : "is-sending");
  if (item.state !== "failed") parts.main.append(state("clock", "Sending", "sending"));
  if (item.body) parts.main.append(el("div", "message-body is-plain", { textContent: item.body }));
  parts.main.append(...pendingFiles(item));
  if (item.state === "failed") {
    const failed = copyOf("failed");
    failed.parts.text.textContent = `Not sent. ${item.error?.detail ?? ""}`;
    parts.main.append(failed.root);
  }
  return root;
}

function begin(id, name, avatar, moment, isMore) {
  const copy = copyOf("message");
  copy.root.classList.toggle("is-more", isMore);
  fillAvatar(copy.parts.avatar, { user_id: id ?? 0, full_name: name, avatar_url: avatar });
  copy.parts.name.textContent = name;
  showTime(copy.parts.time, moment);
  return copy;
}

function* contents(message, conversation) {
  if (message.is_deleted) return yield el("p", "message-gone", { textContent: "This message was deleted." });
  if (message.is_pinned) yield el("p", "message-pin", {}, icon("pin"), "Pinned");
  if (message.reply_to) yield quote(message.reply_to);
  if (isEditing(message)) return yield editorOf(message);
  const receipt = receiptOf(message, conversation);
  if (receipt) yield state(...STATES[receipt], receipt);
  if (message.html) yield body(message);
  yield* filesOf(message);
  if (message.reactions.length) yield reactions(message, conversation?.may_post);
}

function state(symbol, text, name) {
  const mark = el("span", "message-state", { title: text }, icon(symbol), el("span", "unseen", {}, text));
  mark.dataset.state = name;
  return mark;
}

function body(message) {
  const box = el("div", "message-body", { innerHTML: message.html });
  if (FEW_EMOJI.test(message.body)) box.classList.add("is-large");
  if (message.edited_at) {
    const title = `Edited ${fullOf(message.edited_at)}`;
    const edited = el("button", "message-mark link", { type: "button", title }, "(edited)");
    edited.dataset.do = "revisions";
    const last = box.lastElementChild;
    (last?.tagName === "P" ? last : box).append(" ", edited);
  }
  return box;
}

function quote(reply) {
  const { snippet, is_deleted: isDeleted, seq } = reply;
  const { root, parts } = copyOf("quote");
  root.dataset.do = "jump";
  root.dataset.seq = seq;
  parts.name.textContent = writerOf(reply);
  parts.text.textContent = isDeleted ? "This message was deleted." : snippet || "A file";
  return root;
}

function reactions(message, mayReact) {
  const box = el("div", "reactions");
  for (const { emoji, count, user_ids: ids } of message.reactions) {
    const button = el("button", "reaction", { type: "button", disabled: !mayReact }, emoji, ` ${count}`);
    button.dataset.do = "toggle";
    button.dataset.emoji = emoji;
    button.setAttribute("aria-pressed", String(ids.includes(me)));
    nameReaction(button, message);
    box.append(button);
  }
  return box;
}

/** Say on a reaction who reacted so, as far as this page knows them. */
export function nameReaction(button, { reactions: all }) {
  const { emoji, count, user_ids: ids } = all.find((one) => one.emoji === button.dataset.emoji);
  const names = ids.slice(0, NAMED).map((id) => (id === me ? "you" : nameOf(id)));
  if (count > names.length) names.push(`${count - names.length} more`);
  button.title = names.join(", ");
  button.setAttribute("aria-label", `${emoji} ${count}: ${button.title}`);
}
