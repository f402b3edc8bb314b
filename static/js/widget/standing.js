// How a conversation stands: place in the queue, what to expect, what comes after its end.
import { el } from "../dom.js";
import { questionForm, ratingForm } from "./cards.js";
import { answersIn, coming, length } from "./format.js";
import { openingItems } from "./opening.js";
import { showTalk } from "./page.js";
import { t } from "./strings.js";
import { visitor } from "./visitor.js";

const line = el("p", "standing-line", {});
line.setAttribute("role", "status");
let card = null; // { key, element }: kept while it is the same, with what was typed

/** Show it in `place`, for a ticket or none yet. Whether one cannot write there: `{ isClosed }`. */
export function standing(place, room, { ask }) {
  const text = room ? textOf(room) : "";
  if (line.textContent !== text) line.textContent = text;
  const key = cardOf(room);
  if (card?.key !== key) card = { key, element: makeCard(key, room, ask) };
  const wanted = [line, card.element].filter(Boolean);
  if (wanted.some((one, at) => place.children[at] !== one) || place.children.length !== wanted.length) {
    place.replaceChildren(...wanted);
  }
  return { isClosed: key.startsWith("question") || room?.status === "closed" };
}

function textOf({ status, queue, is_open: isOpen, opens_at: opensAt, predicted_response: estimate }) {
  if (status === "resolved") return t.resolved;
  if (status === "closed") return t.closedTalk;
  if (!isOpen) return t.closedNow(opensAt && coming(opensAt));
  if (status === "active") return answersIn(estimate);
  const wait = queue?.expected_wait_seconds;
  return [queue ? t.place(queue.place) : "", wait ? t.wait(length(wait)) : t.waits].join(" ").trim();
}

function cardOf(room) {
  if (!room) return visitor.desk.is_open || openingItems().length ? "" : "question";
  if (room.status !== "resolved" && room.status !== "closed") return "";
  return `${room.id}:${room.rating ?? "rate"}:${room.status}`;
}

function makeCard(key, room, ask) {
  if (!key) return null;
  if (key === "question") return questionForm(ask);
  const rating = room.rating ? el("p", "rated", {}, t.rated(room.rating)) : ratingForm(room);
  const begin = el("button", "button quiet", { type: "button", onclick: () => showTalk(null) }, t.begin);
  return el("div", "ended", {}, rating, room.status === "closed" ? begin : "");
}
