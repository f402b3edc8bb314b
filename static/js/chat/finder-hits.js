// What a search finds, as elements.
import { dot } from "../ui.js";
import { copyOf, el, icon, showCount } from "../dom.js";
import { chat, client, titleOf, writerOf } from "./page.js";
import { shortOf, showTime } from "./times.js";

/** A conversation to go to. */
export function conversationHit(conversation) {
  const { root, parts } = copyOf("hit");
  const other = conversation.other_user;
  const status = other && (client.presence.get(other.user_id)?.status ?? other.status ?? "offline");
  parts.mark.append(other ? dot(status) : icon(conversation.is_private ? "lock" : "hash"));
  parts.name.textContent = titleOf(conversation);
  parts.where.textContent = other ? `@${other.username}` : "";
  if (conversation.unread_count && !conversation.is_muted) {
    const count = el("span", "count");
    showCount(count, conversation.unread_count, "unread");
    root.append(count);
  }
  return root;
}

/** A message to go to, what was looked for marked. */
export function messageHit(message) {
  const { root, parts } = copyOf("hit");
  parts.mark.append(icon("chat"));
  parts.name.textContent = writerOf(message);
  parts.where.textContent = `in ${placeOf(message)}`;
  parts.words.append(...marked(message.snippet));
  if (!message.snippet) parts.words.textContent = message.attachments.map((file) => file.name).join(", ");
  showTime(parts.time, message.created_at, shortOf(message.created_at));
  return root;
}

function placeOf({ conversation_id: id, conversation_name: name }) {
  if (name) return `#${name}`;
  const conversation = chat.conversations.get(id);
  return conversation ? titleOf(conversation) : "a direct conversation";
}

/** The server's snippet as text and `<mark>`s: whatever else is in it comes out as text. */
function* marked(snippet) {
  for (const node of new DOMParser().parseFromString(snippet, "text/html").body.childNodes) {
    yield node.nodeName === "MARK" ? el("mark", "", {}, node.textContent) : node.textContent;
  }
}
