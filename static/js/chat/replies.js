// The way of writing that all conversations have: messages, with files and replies.
import { takeFiles } from "./files.js";
import { chat, titleOf } from "./page.js";

/**
 * A way of writing, for the composer: `takesFiles`, whether files may go with it and others see that one types;
 * `may(conversation)`, `placeholder(conversation)`; `draft(id)`, the key of its draft; `send(id, { body, replyTo })`.
 */
export const replies = {
  takesFiles: true,
  may: (conversation) => Boolean(conversation?.is_member && conversation.may_post),
  placeholder: (conversation) => `Message ${conversation.other_user ? "" : "#"}${titleOf(conversation)}`,
  draft: (id) => id,
  send(id, { body, replyTo }) {
    chat.stopTyping(id);
    chat.send(id, { body, attachmentIds: takeFiles(id), replyTo: replyTo?.id ?? null });
  },
};
