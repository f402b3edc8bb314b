// What counts as read: the newest message on the screen of somebody who looks at it. And the ways to where one was.
import { byId } from "../dom.js";
import { chat, isLooking, on, open, tell } from "./page.js";
import { draw, goLatest, goTo, isAtLatest, line, onSeen, seqsSeen } from "./timeline-view.js";

const toUnread = byId("jump-unread");
const toLatest = byId("jump-latest");
let isKept = false; // marked unread by hand: stays so while this conversation is open
let count = 0; // new messages above when it was opened
let since = null; // when the first of them came

/** Mark messages from this seq on as unread, for later. */
export async function keepUnread(seq) {
  isKept = true;
  await chat.markUnread(open.id, seq);
  line.after = seq - 1;
  draw();
}

/** Do what somebody who comes back to the conversation means: read it. */
function read() {
  const { conversation, id } = open;
  if (!open.timeline || !conversation?.is_member || isKept || !isLooking() || !isAtLatest()) return;
  if (conversation.unread_count > 0) chat.markRead(id, conversation.last_seq);
}

function showWays() {
  const { conversation, timeline } = open;
  if (!timeline || !conversation) return;
  toLatest.hidden = isAtLatest();
  const fresh = conversation.is_member && !isKept ? conversation.unread_count : 0;
  toLatest.lastElementChild.textContent = fresh ? `${fresh} new ${fresh === 1 ? "message" : "messages"}` : "Latest";
  if (count && line.after !== null && seqsSeen()?.[0] <= line.after + 1) count = 0; // one is there
  toUnread.hidden = !count;
  if (count) toUnread.lastElementChild.textContent = `${count} new ${count === 1 ? "message" : "messages"}`;
}

/** Before a conversation is shown: where the reader stopped. */
function begin(timeline) {
  const { conversation } = open;
  isKept = false;
  count = conversation?.is_member ? conversation.unread_count : 0;
  line.after = count ? conversation.read_seq : null;
}

function look() {
  chat.look(isLooking() ? open.id : null);
  read();
}

toUnread.addEventListener("click", async () => {
  const row = await goTo(line.after + 1);
  count = 0;
  showWays();
  row?.focus({ preventScroll: true });
});
toLatest.addEventListener("click", async () => {
  await goLatest();
  tell("compose");
});
onSeen(() => {
  showWays();
  read();
});
on("opening", () => {
  count = 0;
  line.after = null;
  toUnread.hidden = true;
  toLatest.hidden = true;
});
on("loaded", begin);
on("opened", look);
on("closing", () => chat.look(null));
on("sent", () => {
  line.after = null;
  isKept = false;
});
chat.on("message", (id, message, isNew) => {
  // Whoever is elsewhere finds the line where they were when they come back.
  if (id === open.id && isNew && line.after === null && !isLooking()) line.after = message.seq - 1;
});
for (const event of ["focus", "blur"]) addEventListener(event, look);
document.addEventListener("visibilitychange", look);
