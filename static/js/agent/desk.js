// What the parts of the desk share: the desk, the open ticket, and what can be asked of it.
import { PulseDesk } from "../../pulse-desk.js";
import { client, me, meet, on, open, tell } from "../chat/page.js";

export const desk = new PulseDesk({
  follow: (...door) => client.follow(...door),
  api: (...call) => client.api(...call),
  userId: me,
});
export const isAdmin = document.body.dataset.role === "admin";

/** The open ticket as the API has it, or null. */
export const ticket = () => desk.tickets.get(open.id) ?? null;

/** What somebody is called. */
export const nameOf = (person) => person?.full_name || person?.username || "Somebody who left";

/** POST to a ticket, and take what it is like then. Throws PulseError. */
export async function act(one, action, body) {
  const answer = await client.api("POST", `/api/chat-rooms/${one.id}/${action}/`, body);
  if (answer) desk.put(answer);
}

/** Change fields of a ticket. Throws PulseError. */
export async function change(one, fields) {
  desk.put(await client.api("PATCH", `/api/chat-rooms/${one.id}/`, fields));
}

/** Call `show` with the open ticket when another one is open, and when it changes; with null for none. */
export function onTicket(show) {
  const showIt = () => show(ticket());
  on("opening", showIt);
  on("ticket", showIt);
}

desk.on("ticket", (one) => {
  if (one.conversation_id === open.id) tell("ticket");
});
desk.on("online", () => find(open.id));
on("opening", find);

async function find(id) {
  if (id === null) return;
  const found = await desk.find(id).catch(() => null); // the conversation says what is wrong
  if (found?.user) meet({ ...found.user, user_id: found.user.id });
  if (id === open.id) tell("ticket");
}
