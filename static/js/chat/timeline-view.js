// The messages of the open conversation: which are in the page, and where the page stands among them.
import { report } from "../ui.js";
import { arrangeRows, rowAt } from "./timeline-rows.js";
import { byId, oncePerFrame } from "../dom.js";
import { Frame, indexOf } from "./frame.js";
import { chat, me, on, open } from "./page.js";
import { rowsOf } from "./rows.js";

const scroll = byId("scroll");
const list = byId("messages");
const NEAR = 48; // pixels from the end that still count as the end
const AHEAD = 1.5; // screens of messages to have ready beyond what is seen

let frame = new Frame();
let isPinned = true; // the page stays at the newest message
let bottom = 0; // where that was on the page
let isLoading = false;
const watchers = []; // called after each change of what is seen

/** Above which seq messages are new to the reader, or null; the line stands there. */
export const line = { after: null };

let asidesOf = () => [];

/** Show more than messages: `source(id)` gives what stands between them, as `rowsOf` takes it. */
export function showAsides(source) {
  asidesOf = source;
}

/** Whether the newest message is on the screen. */
export const isAtLatest = () => isPinned && isAtEnd();

/** Call `watcher` whenever something else is on the screen. */
export const onSeen = (watcher) => watchers.push(watcher);

const isAtEnd = () => frame.isAtEnd && !open.timeline?.hasNewer;
const belowEnd = () => scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop;

/** Whether the page still stays at the end: the event of scrolling up comes later than the scrolling. */
const staysAtEnd = () => isPinned && (scroll.scrollTop >= bottom || belowEnd() <= NEAR);

function toBottom() {
  scroll.scrollTop = scroll.scrollHeight;
  bottom = scroll.scrollTop;
}

/** Draw what has changed. What is read stays where it is on the screen. */
export function draw() {
  const { timeline, conversation } = open;
  if (!timeline) return;
  isPinned = staysAtEnd();
  const anchor = isPinned ? null : firstSeen();
  frame.settle(timeline.messages, isPinned);
  const isStart = frame.isAtStart(timeline.messages) && !timeline.hasOlder;
  const messages = frame.of(timeline.messages);
  const newAfter = isStart || messages[0]?.seq <= line.after + 1 ? line.after : null; // else the line is above them
  const pending = isAtEnd() ? chat.pending(timeline.id) : [];
  arrangeRows(list, rowsOf(messages, pending, newAfter, me, asidesAmong(messages, isStart)), conversation);
  byId("talk-begin").hidden = !isStart;
  if (anchor) keepInPlace(anchor);
  else toBottom();
  seen();
}

/** Those that belong to the part of the conversation that is in the page. */
function asidesAmong(messages, isStart) {
  const [first, last] = [messages[0], messages.at(-1)].map((message) => message && new Date(message.created_at));
  const fits = (at) => (isStart || at >= first) && (isAtEnd() || at <= last);
  return asidesOf(open.id).filter((aside) => fits(new Date(aside.at)));
}

let isPressed = false; // a row made anew under the pointer would swallow the click
const drawSoon = oncePerFrame(() => isPressed || draw());

/** Show a timeline that has been opened, at its newest messages. */
function start(timeline) {
  frame = new Frame();
  frame.toEnd(timeline.messages);
  isPinned = true;
  bottom = 0;
  isLoading = false;
  draw();
  onScroll();
}

function firstSeen() {
  const rows = list.querySelectorAll(":scope > .message");
  const top = scroll.getBoundingClientRect().top;
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].getBoundingClientRect().bottom <= top) low = middle + 1;
    else high = middle;
  }
  return rows[low] && { key: rows[low].dataset.key, top: rows[low].getBoundingClientRect().top };
}

function keepInPlace({ key, top }) {
  const now = rowAt(key)?.getBoundingClientRect().top;
  if (now !== undefined && now !== top) scroll.scrollTop += now - top;
}

const seen = () => watchers.forEach((watcher) => watcher());

const onScroll = oncePerFrame(() => {
  const { timeline } = open;
  if (!timeline) return;
  isPinned = isAtEnd() && belowEnd() <= NEAR;
  seen();
  const ahead = AHEAD * scroll.clientHeight;
  const { hasOlder, hasNewer, messages } = timeline;
  if (scroll.scrollTop < ahead) extend("up", hasOlder && frame.isAtStart(messages), () => timeline.older());
  if (belowEnd() < ahead && !isAtEnd()) extend("down", hasNewer && frame.isAtEnd, () => timeline.newer());
});

/** Move the frame, loading first what is not there yet. */
async function extend(direction, needsMore, load) {
  const { timeline } = open;
  if (isLoading) return;
  if (needsMore) {
    isLoading = true;
    byId("talk-wait").hidden = direction !== "up";
    await report(load);
    byId("talk-wait").hidden = true;
    isLoading = false;
    if (open.timeline !== timeline) return;
  } else if (direction === "up" ? frame.isAtStart(timeline.messages) : frame.isAtEnd) return;
  frame[direction](timeline.messages);
  draw();
  onScroll();
}

/** Go to the newest message. */
export async function goLatest() {
  const { timeline } = open;
  if (!timeline) return;
  if (timeline.hasNewer) await report(() => timeline.latest());
  if (open.timeline !== timeline) return;
  frame.toEnd(timeline.messages);
  isPinned = true;
  bottom = 0;
  draw();
}

/** Go to a message, or to where it was; returns its element or null. */
export async function goTo(seq) {
  const { timeline } = open;
  if (!timeline) return null;
  const [first, last] = [timeline.messages[0]?.seq, timeline.messages.at(-1)?.seq];
  if (!(seq >= first && seq <= last)) await report(() => timeline.around(seq));
  const { messages } = timeline;
  if (open.timeline !== timeline || !messages.length) return null;
  const nearest = messages[Math.min(indexOf(messages, seq), messages.length - 1)].seq;
  frame.around(messages, nearest);
  isPinned = false;
  draw();
  const row = list.querySelector(`:scope > [data-seq="${nearest}"]`);
  if (!row) return null;
  row.scrollIntoView({ block: "center" });
  onScroll();
  return row;
}

/** The seqs of the messages that are on the screen: `[first, last]`, or null. */
export function seqsSeen() {
  const { top, bottom } = scroll.getBoundingClientRect();
  const rows = [...list.querySelectorAll(".message[data-seq]")].filter((row) => {
    const box = row.getBoundingClientRect();
    return box.bottom > top && box.top < bottom;
  });
  return rows.length ? [Number(rows[0].dataset.seq), Number(rows.at(-1).dataset.seq)] : null;
}

scroll.addEventListener("scroll", onScroll, { passive: true });
list.addEventListener("pointerdown", () => (isPressed = true));
for (const end of ["pointerup", "pointercancel", "contextmenu"]) {
  addEventListener(end, () => {
    if (isPressed) drawSoon();
    isPressed = false;
  });
}
const sizes = new ResizeObserver(() => {
  if (staysAtEnd()) toBottom();
});
sizes.observe(scroll);
sizes.observe(list);
on("opened", start);
on("opening", () => list.replaceChildren());
on("rows", draw);
const drawIfOpen = (id) => id === open.id && drawSoon();
for (const event of ["message", "pending", "read", "delivered"]) chat.on(event, drawIfOpen);
chat.on("conversation", ({ id }) => drawIfOpen(id));
chat.on("reset", (id) => id === open.id && open.timeline && start(open.timeline));
