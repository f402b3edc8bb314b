// One conversation: its messages, what is on its way, how things stand, and where one writes.
import { el, oncePerFrame } from "../dom.js";
import { Composer } from "./composer.js";
import { filesOf } from "./files.js";
import { isLooking, onHost } from "./host.js";
import { showMessages, showPending } from "./messages.js";
import * as opening from "./opening.js";
import { onShow, openRoom, page, showTalk } from "./page.js";
import { standing } from "./standing.js";
import { ring } from "./sound.js";
import { t } from "./strings.js";
import { atLast, chat, roomOf } from "./talks.js";
import { attempt } from "./toast.js";
import { onDesk, onRoom } from "./visitor.js";
import { welcome } from "./welcome.js";

const NEAR = 60; // pixels from the end that still count as the end

const greeting = el("div");
const earlier = el("button", "link earlier", { type: "button", hidden: true }, t.earlier);
const list = el("ol", "messages");
const log = el("div", "log", {}, list);
log.setAttribute("role", "log");
log.setAttribute("aria-label", t.messages);
const pending = el("ol", "messages");
const receipt = el("p", "receipt");
const typing = el("p", "typing");
const state = el("div", "standing");
const scroll = el("div", "scroll", { tabIndex: 0 }, greeting, earlier, log, pending, receipt, typing, state);
scroll.setAttribute("role", "group");
scroll.setAttribute("aria-label", t.messages);
const drop = el("p", "drop", { hidden: true }, t.drop);
const composer = new Composer({ send, typing: (isTyping) => openRoom() && chat[isTyping ? "typing" : "stopTyping"](openRoom().conversation_id) });
export const talk = el("main", "talk", { hidden: true }, scroll, drop, composer.root);

let timeline = null; // of the ticket that is open
let wanted = 0; // counts what was opened
const typers = new Map(); // user id -> name

function send(draft) {
  const room = openRoom();
  if (room) chat.send(room.conversation_id, draft);
  else opening.add(draft);
  toEnd();
}

async function open() {
  const turn = ++wanted;
  const room = openRoom();
  talk.hidden = page.view !== "talk";
  timeline = null;
  typers.clear();
  chat.look(null);
  if (talk.hidden) return;
  composer.moveTo(page.room);
  list.replaceChildren();
  log.ariaBusy = "true";
  draw();
  if (room) {
    const opened = await atLast(() => chat.open(room.conversation_id)).catch(() => null);
    if (turn !== wanted || !opened) return;
    timeline = opened;
    draw();
  }
  log.ariaBusy = "false";
  toEnd();
  look();
  if (isLooking()) focus();
}

/** Put the focus where one goes on. */
export function focus() {
  if (composer.root.hidden) (state.querySelector("input, button") ?? scroll).focus();
  else composer.focus();
}

function draw() {
  if (talk.hidden) return;
  const isAtEnd = belowEnd() < NEAR;
  const room = openRoom();
  greeting.replaceChildren(room ? "" : welcome());
  earlier.hidden = !timeline?.hasOlder;
  showMessages(list, timeline?.messages ?? []);
  showPending(pending, room ? chat.pending(room.conversation_id) : opening.openingItems(), room ? chatActions : opening);
  showReceipt(room);
  const { isClosed } = standing(state, room, { ask });
  composer.root.hidden = isClosed;
  typing.textContent = typers.size ? t.types([...typers.values()].join(", ")) : "";
  if (isAtEnd) toEnd();
  read();
}

const chatActions = { retry: ({ clientId }) => chat.retry(clientId), discard: ({ clientId }) => chat.discard(clientId) };

/** A question of the form for when nobody is there. */
function ask(body) {
  opening.add({ body, attachmentIds: [] });
}

function showReceipt(room) {
  const other = room && chat.conversations.get(room.conversation_id)?.other_user;
  const last = timeline?.messages.findLast((message) => message.kind !== "event");
  if (!last?.is_mine || pending.childElementCount) receipt.textContent = "";
  else if (other?.read_seq >= last.seq) receipt.textContent = t.read;
  else receipt.textContent = other?.delivered_seq >= last.seq ? t.delivered : t.sent;
}

const drawSoon = oncePerFrame(draw);
const belowEnd = () => scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop;
const toEnd = () => (scroll.scrollTop = scroll.scrollHeight);

/** What is at the end and on the screen of somebody who looks is read. */
function read() {
  const conversation = timeline?.conversation;
  if (!conversation?.unread_count || !isLooking() || belowEnd() > NEAR) return;
  chat.markRead(conversation.id, conversation.last_seq).catch(() => {}); // the list shows what is true
}

function look() {
  if (!chat) return;
  chat.look(isLooking() && timeline ? timeline.id : null);
  read();
}

/** Live from now on: `chat` is there. */
export function follow() {
  const isOpen = (id) => id === openRoom()?.conversation_id;
  chat.on("message", (id, message, isNew) => {
    if (isOpen(id)) drawSoon();
    if (isNew && !message.is_mine && message.kind !== "event") ring();
  });
  for (const event of ["pending", "reset"]) chat.on(event, (id) => isOpen(id) && drawSoon());
  chat.on("conversation", ({ id }) => isOpen(id) && drawSoon());
  chat.on("typing", (id, { user_id: who, username, is_typing: isTyping }) => {
    if (!isOpen(id)) return;
    const { agent } = roomOf(id);
    if (isTyping) typers.set(who, agent?.id === who ? agent.full_name || username : username);
    else typers.delete(who);
    drawSoon();
  });
}

earlier.addEventListener("click", () =>
  attempt(earlier, async () => {
    const before = scroll.scrollHeight;
    await timeline.older();
    draw();
    scroll.scrollTop += scroll.scrollHeight - before;
  }),
);
scroll.addEventListener("scroll", read, { passive: true });
new ResizeObserver(() => belowEnd() < 2 * NEAR && toEnd()).observe(scroll);
for (const event of ["dragenter", "dragover", "dragleave", "drop"]) {
  talk.addEventListener(event, (happens) => {
    if (!happens.dataTransfer.types.includes("Files")) return;
    happens.preventDefault(); // else the browser would leave the page for the file
    drop.hidden = event === "drop" || (event === "dragleave" && !talk.contains(happens.relatedTarget));
    if (event === "drop" && !composer.root.hidden) composer.files.add(filesOf(happens.dataTransfer));
  });
}
for (const event of ["opened", "closed"]) onHost(event, look);
document.addEventListener("visibilitychange", look);
opening.onOpening((room) => {
  if (!room || page.view !== "talk" || page.room !== null) return drawSoon();
  composer.rename(room.id);
  showTalk(room.id);
});
onRoom((room) => room.id === page.room && drawSoon());
onDesk(drawSoon);
onShow(open);
