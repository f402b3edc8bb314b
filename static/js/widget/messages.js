// Messages as elements. A message's `html`, which the server has made safe, is the only markup; all else is text.
import { arrange, el } from "../dom.js";
import { filesElement } from "./files.js";
import { moment } from "./format.js";
import { symbol } from "./icons.js";
import { eventText, problemText, t } from "./strings.js";

const TOGETHER = 5 * 60_000; // ms within which one's messages stand together

/** Make the children of `list` those of the messages. Each keeps its element until it changes itself. */
export function showMessages(list, messages) {
  const rows = messages.map((message, at) => {
    const isMore = continues(messages[at - 1], message);
    return [`${message.id}:${message.rev}:${isMore}`, () => messageElement(message, isMore)];
  });
  arrange(list, rows);
}

/** The same for what is on its way; `retry(item)` and `discard(item)` are for what failed. */
export function showPending(list, items, actions) {
  arrange(list, items.map((item) => [`${item.clientId}:${item.state}`, () => pendingElement(item, actions)]));
}

function continues(before, message) {
  return (
    before?.sender_id === message.sender_id &&
    before.kind !== "event" &&
    new Date(message.created_at) - new Date(before.created_at) < TOGETHER
  );
}

function messageElement(message, isMore) {
  const { sender_name: name, sender_avatar_url: picture, is_mine: isMine, kind, body, html, attachments } = message;
  if (kind === "event") return el("li", "event", {}, `${isMine ? t.you : name || t.team} · ${eventText(body)}`);
  const row = el("li", `message ${isMine ? "is-mine" : "is-theirs"}${isMore ? " is-more" : ""}`);
  const time = el("time", "", { dateTime: message.created_at }, moment(message.created_at));
  const who = isMine ? el("span", "unseen", {}, t.you) : el("strong", "", {}, name || t.team);
  const head = el("div", "message-head", {}, who, " ", time);
  if (!isMine && !isMore) row.append(avatar({ id: message.sender_id, name: name || t.team, picture }));
  const main = el("div", "message-main", {}, head);
  if (message.is_deleted) main.append(el("p", "gone", {}, t.deleted));
  else if (html) main.append(el("div", "bubble", { innerHTML: html }));
  if (message.edited_at && !message.is_deleted) main.append(el("small", "edited", {}, t.edited));
  if (attachments.length && !message.is_deleted) main.append(filesElement(attachments));
  row.append(main);
  return row;
}

function pendingElement(item, { retry, discard }) {
  const main = el("div", "message-main");
  if (item.body) main.append(el("div", "bubble is-plain", {}, item.body));
  else main.append(el("p", "gone", {}, t.aFile));
  if (item.state === "failed") {
    const again = el("button", "link", { type: "button", onclick: () => retry(item) }, t.retry);
    const end = el("button", "link", { type: "button", onclick: () => discard(item) }, t.discard);
    main.append(el("p", "failed", {}, symbol("retry"), `${t.notSent} ${item.error ? problemText(item.error) : ""} `, again, " ", end));
  } else main.append(el("p", "sending", {}, t.sending));
  return el("li", `message is-mine ${item.state === "failed" ? "is-failed" : "is-sending"}`, {}, main);
}

/** Somebody's picture or initial, with the mark of their presence if given. */
export function avatar({ id, name, picture, presence }) {
  const made = el("span", "avatar", { ariaHidden: "true" }, picture ? el("img", "", { src: picture, alt: "" }) : [...name][0].toUpperCase());
  made.dataset.tone = (id ?? 0) % 6;
  if (presence) made.append(Object.assign(el("span", "dot"), { title: t.presence[presence] }));
  if (presence) made.lastElementChild.dataset.status = presence;
  return made;
}
