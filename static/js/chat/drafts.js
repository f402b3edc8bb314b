// What was written and not sent, kept in this browser for each conversation.
import { forget, keep, keptValue } from "./kept.js";

/** The draft of a conversation: { body, replyTo } with `replyTo` null or { id, name, text }. */
export const draftOf = (id) => keptValue(`draft-${id}`, { body: "", replyTo: null });

/** Keep a draft; an empty one is forgotten. */
export function keepDraft(id, { body, replyTo }) {
  if (body.trim() || replyTo) keep(`draft-${id}`, { body, replyTo });
  else forget(`draft-${id}`);
}
