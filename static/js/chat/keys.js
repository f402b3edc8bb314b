// What keys do on every page with conversations.
import { byId } from "../dom.js";
import { open, tell } from "./page.js";
import { goLatest } from "./timeline-view.js";

/** Whether keys that are pressed there are for a text. */
export const isWriting = (target) => target.matches("input, textarea, select, [contenteditable]");

/** Go among the messages: to the one that had the focus last, else to the newest. */
export function focusMessages() {
  const rows = byId("messages").querySelectorAll(":scope > .message");
  (byId("messages").querySelector('[tabindex="0"]') ?? rows[rows.length - 1])?.focus();
}

/** Close the details if one is in them, else go to the latest message and where one writes. */
export async function escape() {
  if (!byId("details").hidden && byId("details").contains(document.activeElement)) return tell("details", false);
  if (open.id === null) return;
  await goLatest();
  tell("compose");
}
