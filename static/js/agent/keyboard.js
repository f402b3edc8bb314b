// The keys of the desk. Those of a part of it (composer, messages, menus) are where the part is.
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { focusComposer } from "../chat/composer.js";
import { escape, focusMessages, isWriting } from "../chat/keys.js";
import { goToConversation } from "../chat/opening.js";
import { open, tell } from "../chat/page.js";
import { insert } from "../chat/textarea.js";
import { takeOver } from "./closed.js";
import { inOrder } from "./list.js";
import { openSnooze, resolve } from "./panel-actions.js";
import { switchWay } from "./ways.js";

/** Go to the next ticket of the list (or the one before), round and round. */
function go(step) {
  const all = inOrder();
  const at = all.findIndex((one) => one.conversation_id === open.id);
  const next = all.at((at < 0 && step < 0 ? 0 : at + step) % all.length);
  if (next) report(() => goToConversation(next.conversation_id));
}

function offerCanned() {
  const area = byId("body");
  focusComposer();
  const isApart = /(?:^|\s)$/.test(area.value.slice(0, area.selectionStart));
  if (!byId("composer").hidden) insert(area, isApart ? "/" : " /");
}

const ALT = {
  ArrowDown: () => go(1),
  ArrowUp: () => go(-1),
  KeyS: () => byId("search").focus(),
  KeyT: () => report(takeOver),
  KeyR: () => report(resolve),
  KeyZ: () => openSnooze(byId("details").hidden ? byId("resolve") : undefined),
  KeyN: () => open.id !== null && switchWay(),
  KeyC: offerCanned,
  KeyI: () => open.id !== null && tell("details", byId("details").hidden),
  KeyM: focusMessages,
};
const openHelp = () => byId("help").showModal();

byId("show-help").addEventListener("click", openHelp);
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") byId("tickets").querySelector("a")?.click();
});
addEventListener("keydown", (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  if (document.querySelector("dialog[open], :popover-open")) return;
  if (event.altKey && !isCommand && ALT[event.code]) ALT[event.code]();
  else if (event.key === "Escape" && !event.defaultPrevented) escape();
  else if (event.key === "?" && !isWriting(event.target) && !isCommand) openHelp();
  else return;
  event.preventDefault();
});
