// The keys of the whole page. Those of a part of it (composer, messages, menus) are where the part is.
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { openFinder } from "./finder.js";
import { inOrder, isUnread } from "./list.js";
import { escape, focusMessages, isWriting } from "./keys.js";
import { goToConversation } from "./opening.js";
import { open, tell } from "./page.js";

/** Go to the next unread conversation (or the one before), round and round. */
function goUnread(step) {
  const { channels, direct } = inOrder();
  const all = [...channels, ...direct];
  if (step < 0) all.reverse();
  const at = all.findIndex(({ id }) => id === open.id);
  const next = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].find(isUnread);
  if (next) report(() => goToConversation(next.id));
}

const ALT = {
  ArrowDown: () => goUnread(1),
  ArrowUp: () => goUnread(-1),
  KeyI: () => open.id !== null && tell("details", byId("details").hidden),
  KeyM: focusMessages,
};

addEventListener("keydown", (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") openFinder();
  else if (document.querySelector("dialog[open], :popover-open")) return;
  else if (event.altKey && !isCommand && ALT[event.code]) ALT[event.code]();
  else if (event.key === "Escape") escape();
  else if (event.key === "?" && !isWriting(event.target) && !isCommand) byId("help").showModal();
  else return;
  event.preventDefault();
});
