// What screen readers hear: new messages of others in the open conversation, and sends that fail.
import { byId, el } from "../dom.js";
import { eventText } from "./message-view.js";
import { chat, me, on, open } from "./page.js";

const log = byId("heard");
const MOST = 20; // lines that stay
const failures = new Set();

function say(text) {
  log.append(el("p", "", { textContent: text }));
  while (log.children.length > MOST) log.firstElementChild.remove();
}

chat.on("message", (id, message, isNew) => {
  if (id !== open.id || !isNew || message.sender_id === me || message.is_deleted) return;
  if (message.kind === "event") return say(eventText(message));
  const files = message.attachments.length;
  const more = files ? ` (${files} ${files === 1 ? "file" : "files"})` : "";
  say(`${message.sender_name || message.sender}: ${message.body}${more}`);
});
chat.on("pending", (id) => {
  if (id !== open.id) return;
  for (const item of chat.pending(id)) {
    if (item.state !== "failed") failures.delete(item.clientId);
    else if (!failures.has(item.clientId)) {
      failures.add(item.clientId);
      say("Your message could not be sent.");
    }
  }
});
on("opening", () => log.replaceChildren());
