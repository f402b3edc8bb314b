// What one can do with a message: one bar of buttons that goes to the message at hand, a menu, keys, and clicks in it.
import { report, toast } from "../ui.js";
import { byId, copyOf } from "../dom.js";
import { pickEmoji } from "./emoji.js";
import { startReply } from "./composer.js";
import { lookAt } from "./lightbox.js";
import { nameReaction } from "./message-view.js";
import { askToDelete, mayDelete, mayEdit, startEdit } from "./message-edit.js";
import { showMessage } from "./opening.js";
import { addressOf, chat, me, on, open } from "./page.js";
import { peopleOf } from "./people-of.js";
import { openBeside } from "./popups.js";
import { keepUnread } from "./reading.js";
import { showRevisions } from "./revisions.js";
import { itemOf, messageOf, onRenewed } from "./timeline-rows.js";

const list = byId("messages");
const menu = byId("message-menu");
const tools = copyOf("tools").root;
const ABOVE = 18; // pixels by which the bar stands out of its message

const mayAct = (message) => message.kind !== "event" && !message.is_deleted && Boolean(open.conversation?.may_post);
const react = (message, emoji) => {
  const isMine = message.reactions.some((one) => one.emoji === emoji && one.user_ids.includes(me));
  return report(() => chat.react(message.id, emoji, !isMine));
};

const ACTIONS = {
  quick: (message, button) => react(message, button.dataset.emoji),
  toggle: (message, button) => react(message, button.dataset.emoji),
  react: (message, button) => pickEmoji(button, (emoji) => react(message, emoji)),
  reply: startReply,
  edit: startEdit,
  more: openMenu,
  pin: (message) => report(() => chat.pin(message.id, true)),
  unpin: (message) => report(() => chat.pin(message.id, false)),
  unread: (message) => report(() => keepUnread(message.seq)),
  copy: (message) => copyText(message.body, "The text is copied."),
  link: ({ conversation_id: id, seq }) => copyText(location.origin + addressOf(id, seq), "The link is copied."),
  revisions: showRevisions,
  delete: askToDelete,
  jump: (message, button) => report(() => showMessage(Number(button.dataset.seq))),
  look: (message, button) => lookAt(message, Number(button.dataset.file)),
};

async function copyText(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast("The browser does not let this page copy.", "danger");
  }
}

/** Whether an action is offered for a message. */
function isOffered(name, message) {
  if (name === "edit") return mayEdit(message);
  if (name === "delete") return mayDelete(message) && !open.conversation.is_archived;
  if (name === "pin" || name === "unpin") return mayAct(message) && message.is_pinned === (name === "unpin");
  if (name === "revisions") return Boolean(message.edited_at) && !message.is_deleted;
  if (name === "copy") return Boolean(message.body);
  if (name === "unread") return Boolean(open.conversation?.is_member);
  return name === "link" || name === "more" || mayAct(message);
}

function openMenu(message, button) {
  for (const one of menu.querySelectorAll("[data-do]")) one.hidden = !isOffered(one.dataset.do, message);
  openBeside(menu, button, (name) => ACTIONS[name](message, button));
}

/** Put the bar on a message, unless it is in use elsewhere. */
function attach(row) {
  const message = row && messageOf(row);
  if (!message || message.kind === "event") return tools.remove();
  if (tools.parentElement === row) return;
  if (tools.contains(document.activeElement) || isBusy()) return;
  for (const button of tools.querySelectorAll("[data-do]")) button.hidden = !isOffered(button.dataset.do, message);
  row.append(tools);
  const room = row.getBoundingClientRect().top - byId("scroll").getBoundingClientRect().top;
  tools.classList.toggle("is-inside", room < ABOVE);
}

/** Whether what one of its buttons has opened is still open. */
const isBusy = () => menu.matches(":popover-open") || byId("emoji-box").matches(":popover-open");

list.addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "mouse") attach(target.closest(".message"));
});
list.addEventListener("pointerleave", () => {
  const focused = document.activeElement?.closest?.(".message");
  if (focused) attach(focused);
  else if (!isBusy()) tools.remove();
});
list.addEventListener("focusin", ({ target }) => {
  const row = target.closest(".message");
  attach(row);
  if (!row || row.tabIndex === 0) return;
  for (const other of list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
});
// Who reacted, the page learns once somebody wants to know.
for (const event of ["pointerover", "focusin"]) {
  list.addEventListener(event, async ({ target }) => {
    const reaction = target.closest(".reaction");
    if (!reaction) return;
    await peopleOf(open.id);
    const message = messageOf(reaction);
    if (message && reaction.isConnected) nameReaction(reaction, message);
  });
}
onRenewed((old, element) => {
  if (!old.contains(tools)) return;
  const focused = tools.contains(document.activeElement) ? document.activeElement : null;
  tools.remove();
  attach(element);
  focused?.focus({ preventScroll: true });
});
on("opening", () => tools.remove());

list.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-do]");
  if (!button) return;
  const item = itemOf(button);
  if (item) chat[button.dataset.do](item.clientId); // retry, discard
  else ACTIONS[button.dataset.do](messageOf(button), button);
});

const KEYS = { r: "reply", e: "edit", p: "pin", "+": "react", Delete: "delete" };

list.addEventListener("keydown", (event) => {
  const row = event.target;
  if (!row.matches(".message") || event.ctrlKey || event.metaKey || event.altKey) return;
  const message = messageOf(row);
  let name = KEYS[event.key];
  if (name === "pin" && message?.is_pinned) name = "unpin";
  if (name && message && isOffered(name, message)) {
    event.preventDefault();
    return ACTIONS[name](message, row);
  }
  const rows = [...list.querySelectorAll(":scope > .message")];
  const at = rows.indexOf(row);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  rows[Math.max(0, to)]?.focus();
});
