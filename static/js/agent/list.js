// The tickets on the left: which list, what it holds, live.
import { report } from "../ui.js";
import { arrange, byId, oncePerFrame, showCount } from "../dom.js";
import { chat, me, on, open } from "../chat/page.js";
import { desk } from "./desk.js";
import { question } from "./filters.js";
import { fillRow, makeRow } from "./row.js";

const list = byId("tickets");
const box = byId("tickets-box");
const rows = new Map(); // conversation id -> row
const typing = new Map(); // conversation id -> Set of usernames
const NONE = {
  queue: "Nobody waits for an agent.",
  mine: "You have no open tickets. Take one from the queue.",
  all: "There are no open tickets.",
};

/** The tickets in the order in which they stand on the page. */
export const inOrder = () => desk.shown;

function show() {
  const { shown } = desk;
  const focused = document.activeElement?.closest?.(".ticket-row");
  arrange(list, shown.map((one) => [one.conversation_id, () => rowOf(one.conversation_id).root]));
  for (const one of shown) fillRow(rowOf(one.conversation_id), one, [...(typing.get(one.conversation_id) ?? [])]);
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  const { view, isNarrowed } = question();
  byId("no-tickets").hidden = shown.length > 0 || box.ariaBusy === "true";
  byId("no-tickets").textContent = isNarrowed ? "No ticket fits these filters." : NONE[view];
  byId("more-tickets").hidden = !desk.hasMore;
}

const showSoon = oncePerFrame(show);

function rowOf(id) {
  if (!rows.has(id)) rows.set(id, makeRow(id));
  return rows.get(id);
}

/** List what is asked for now. Throws PulseError. */
async function begin() {
  box.ariaBusy = "true";
  try {
    await desk.ask(question().asked);
  } finally {
    box.ariaBusy = null;
  }
  rows.clear();
  list.replaceChildren();
  box.scrollTop = 0;
  show();
}

function showCounts() {
  const { waiting, mine, open: all } = desk.counts;
  for (const [name, count] of [["queue", waiting], ["mine", mine], ["all", all]]) {
    showCount(byId(`count-${name}`), count, "tickets");
  }
}

const more = () => desk.hasMore && report(() => desk.more());

byId("more-tickets").addEventListener("click", more);
box.addEventListener("scroll", () => {
  if (box.scrollHeight - box.scrollTop < 2 * box.clientHeight) more();
}, { passive: true });
on("question", () => report(begin));
on("opening", show);
desk.on("list", showSoon);
desk.on("ticket", showSoon);
desk.on("counts", showCounts);
chat.on("conversation", ({ kind }) => kind === "support" && showSoon());
chat.on("typing", (id, { user_id: who, username, is_typing: isTyping }) => {
  if (who === me || id === open.id) return;
  const names = typing.get(id) ?? new Set();
  if (isTyping) names.add(username);
  else names.delete(username);
  typing.set(id, names);
  showSoon();
});
