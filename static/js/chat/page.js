// What the parts of a page with conversations share: the client, what is open, and news among themselves.
import { client, me } from "../shell.js";
import { byId } from "../dom.js";

export { client, me };
export const chat = client.chat;
export const root = byId("chat");
export const myName = root.dataset.name;
export const myUsername = root.dataset.username;
export const base = root.dataset.base; // the address of the page with nothing open

/** What is open: the conversation's `id` or null, its `timeline` once it is there, and itself as the API has it. */
export const open = {
  id: null,
  timeline: null,
  get conversation() {
    return chat.conversations.get(this.id) ?? null;
  },
};

/** The address of a conversation, or of a message in it; of the page for null. */
export const addressOf = (id, seq = null) => (id === null ? base : `${base}/${id}${seq ? `?message=${seq}` : ""}`);

const handlers = new Map();

/** Hear of an event of this page: "opening" (id or null), "opened" (timeline), "closing" (id), "details" (is open). */
export function on(event, handler) {
  if (!handlers.has(event)) handlers.set(event, []);
  handlers.get(event).push(handler);
}

/** Tell all parts of the page. */
export function tell(event, ...data) {
  for (const handler of handlers.get(event) ?? []) handler(...data);
}

const people = new Map(); // id -> { user_id, username, full_name, avatar_url }

/** Remember what people are called, from messages and lists. */
export function meet(person) {
  if (person?.user_id) people.set(person.user_id, person);
}

chat.on("conversation", ({ other_user: other }) => meet(other));

/** What a user is called, as far as this page knows; `other` where it does not. */
export function nameOf(id, other = "somebody") {
  const person = people.get(id);
  return person ? person.full_name || person.username : other;
}

/** Who wrote a message. */
export const writerOf = (message) => message.sender_name || message.sender || "Somebody who left";

/** The title of a conversation. */
export function titleOf(conversation) {
  const other = conversation.other_user;
  return other ? other.full_name || other.username : conversation.name || "Conversation";
}

/** Whether the page is what somebody looks at now. */
export const isLooking = () => !document.hidden && document.hasFocus();
