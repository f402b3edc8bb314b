// What stands in a conversation, from its messages: day lines, the line above new ones, who goes on speaking. Pure.
import { dayOf } from "./times.js";

const PAUSE = 5 * 60_000; // ms after which somebody who goes on gets name and picture again

/**
 * The rows for messages (ascending) and what is being sent after them. `newAfter` is the seq above which others'
 * messages are new, or null. `asides` ({ key, at, mark, make() }, ascending) stand between them by their time. A row:
 * { key, kind: "day" | "new" | "message" | "pending" | "aside", at, message, item, aside, isMore }.
 */
export function rowsOf(messages, pending, newAfter, me, asides = []) {
  const rows = [];
  let day = "";
  let before = null; // the message above, if the next one may go on from it
  let hasLine = newAfter === null;
  let next = 0; // of the asides
  const add = (row, at, sender, mayGoOn) => {
    if (day !== dayOf(at)) {
      day = dayOf(at);
      before = null;
      rows.push({ key: `day-${day}`, kind: "day", at });
    }
    row.isMore = mayGoOn && before?.sender === sender && new Date(at) - new Date(before.at) < PAUSE;
    rows.push(row);
    before = { sender, at };
  };
  const asideUntil = (at) => {
    for (; next < asides.length && new Date(asides[next].at) < at; next++) {
      add({ key: asides[next].key, kind: "aside", aside: asides[next] }, asides[next].at, null, false);
      before = null;
    }
  };
  for (const message of messages) {
    asideUntil(new Date(message.created_at));
    const isEvent = message.kind === "event";
    if (!hasLine && message.seq > newAfter && message.sender_id !== me) {
      hasLine = true;
      before = null;
      if (day === dayOf(message.created_at)) rows.push({ key: "new", kind: "new" });
      else {
        day = dayOf(message.created_at);
        rows.push({ key: `day-${day}`, kind: "day", at: message.created_at }, { key: "new", kind: "new" });
      }
    }
    const row = { key: keyOf(message), kind: "message", message };
    add(row, message.created_at, message.sender_id, !message.reply_to && !isEvent);
    if (isEvent) before = null;
  }
  asideUntil(Infinity);
  const shown = new Set(rows.map((row) => row.key));
  for (const item of pending) {
    const key = keyOf({ client_id: item.clientId, sender_id: me });
    if (!shown.has(key)) add({ key, kind: "pending", item }, item.at, me, !item.replyTo); // else faster than its ack
  }
  return rows;
}

/** One message keeps its row from the moment it is written. */
export const keyOf = ({ id, client_id: name, sender_id: sender }) => (name ? `c-${sender}-${name}` : `m-${id}`);
