// What wants attention: a ticket that has become one's own, a missed promise. New messages in one's own come by the bell.
import { toast } from "../ui.js";
import { chat, isLooking, on, open } from "../chat/page.js";
import { goToConversation } from "../chat/opening.js";
import { setTitle } from "../title.js";
import { byId, oncePerFrame } from "../dom.js";
import { me } from "../shell.js";
import { desk, nameOf, ticket } from "./desk.js";

const fresh = new Set(); // ids of tickets with news that one has not looked at

function tell(one, title) {
  const id = one.conversation_id;
  if (id === open.id && isLooking()) return;
  fresh.add(id);
  show();
  byId("desk-news").textContent = `${title}: ${one.subject}`;
  if (document.hasFocus()) return toast(`${title}: ${one.subject}`);
  if (window.Notification?.permission !== "granted") return;
  const shown = new Notification(title, { body: `${nameOf(one.user)}: ${one.subject}`, tag: `pulse-desk-${id}` });
  shown.addEventListener("click", () => {
    window.focus();
    goToConversation(id);
  });
}

/** In the title: unread messages in one's own tickets, and tickets with other news. */
function show() {
  const own = [...chat.conversations.values()].filter((one) => one.kind === "support" && one.is_member);
  const unread = own.filter((one) => !fresh.has(one.id)).reduce((sum, one) => sum + one.unread_count, 0);
  setTitle("page", unread + fresh.size, ticket()?.subject ?? "Desk");
}

const showSoon = oncePerFrame(show);

function read() {
  if (isLooking() && fresh.delete(open.id)) show();
}

desk.on("assigned", (one) => tell(one, "A ticket for you"));
desk.on("missed", async (id, { target, is_warning: isWarning }) => {
  const one = desk.tickets.get(id) ?? (await desk.find(id).catch(() => null));
  const concerns = one && (one.agent?.id === me || !one.agent);
  const what = target === "resolution" ? "Resolution" : "First response";
  if (concerns && !isWarning) tell(one, `${what} missed`);
});
on("opening", () => {
  read();
  show();
});
on("ticket", show);
on("ready", show);
for (const event of ["focus", "visibilitychange"]) addEventListener(event, read);
for (const event of ["conversation", "gone"]) chat.on(event, () => (document.hidden ? show() : showSoon()));
