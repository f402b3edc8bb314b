// The pinned messages of the conversation.
import { report } from "../ui.js";
import { byId, copyOf } from "../dom.js";
import { withCursor } from "../lists.js";
import { goToConversation } from "./opening.js";
import { chat, client, on, open, tell, writerOf } from "./page.js";
import { shortOf, showTime } from "./times.js";

const part = byId("part-pins");
const list = byId("list-pins");
let cursor = null;

async function load(isMore = false) {
  const { id } = open;
  if (!part.open || byId("details").hidden || id === null) return;
  const path = withCursor(`/api/conversations/${id}/pins/`, isMore && cursor);
  const { data, next } = await client.api("GET", path);
  if (open.id !== id) return;
  cursor = next;
  if (isMore) list.append(...data.map(row));
  else list.replaceChildren(...data.map(row));
  byId("more-pins").hidden = !next;
  byId("none-pins").hidden = list.children.length > 0;
  byId("none-pins").textContent = "Pin what everybody should find again: it is in the menu of each message.";
}

function row(message) {
  const { root, parts } = copyOf("pinned");
  parts.name.textContent = writerOf(message);
  parts.text.textContent = message.body || message.attachments.map((file) => file.name).join(", ");
  showTime(parts.time, message.created_at, shortOf(message.created_at));
  parts.go.addEventListener("click", () => {
    tell("left for", message);
    report(() => goToConversation(open.id, { seq: message.seq }));
  });
  parts.unpin.hidden = !open.conversation?.may_post;
  parts.unpin.addEventListener("click", () => report(() => chat.pin(message.id, false)));
  return root;
}

part.addEventListener("toggle", () => report(load));
byId("more-pins").addEventListener("click", () => report(() => load(true)));
on("opening", () => list.replaceChildren());
on("details shown", () => report(load));
const isShown = new Set(); // ids of messages that are pinned, as this page saw them
chat.on("message", (id, message) => {
  if (id !== open.id || message.is_pinned === isShown.has(message.id)) return;
  if (message.is_pinned) isShown.add(message.id);
  else isShown.delete(message.id);
  report(load);
});
