// What stands above where one writes while one is not in the conversation, and taking it over.
import { report, run } from "../ui.js";
import { byId } from "../dom.js";
import { goToConversation, openAgain } from "../chat/opening.js";
import { chat, me, on, open, tell } from "../chat/page.js";
import { act, nameOf, onTicket, ticket } from "./desk.js";

const button = byId("take-over");

function show() {
  const one = ticket();
  const isIn = open.conversation?.is_member && one?.status !== "closed";
  byId("closed").hidden = !one || Boolean(isIn);
  if (byId("closed").hidden) return;
  button.hidden = one.status === "closed";
  const who = one.agent && one.status === "active" ? `${nameOf(one.agent)} answers this.` : "Nobody answers this.";
  byId("closed-text").textContent = one.status === "closed" ? "This is closed. Reopen it to go on." : who;
}

/** Make the open ticket one's own. Throws PulseError. */
export async function takeOver() {
  const one = ticket();
  if (!one || one.status === "closed" || open.conversation?.is_member) return;
  await act(one, "assign_agent", { agent_id: me });
  tell("took over");
}

button.addEventListener("click", () => run(button, takeOver));
onTicket(show);
on("opened", show);
let wasMember = false; // of the open conversation

on("opened", () => {
  wasMember = open.conversation.is_member;
});
chat.on("conversation", ({ id, is_member: isMember }) => {
  if (id !== open.id) return;
  show();
  // From whom it was taken hears no more of it as a member, and may look in.
  if (wasMember && !isMember) openAgain();
  wasMember = isMember;
});
chat.on("gone", (id) => id === open.id && report(() => goToConversation(null)));
