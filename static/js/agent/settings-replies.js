// Canned replies.
import { byId } from "../dom.js";
import { settingsList } from "./settings-list.js";

export const loadReplies = settingsList({
  name: "replies",
  one: "reply",
  path: "/api/canned-replies/",
  show(parts, { name, body }) {
    parts.name.textContent = `/${name}`;
    parts.text.textContent = body;
  },
  fill(form, reply) {
    byId("reply-name").value = reply?.name ?? "";
    byId("reply-body").value = reply?.body ?? "";
  },
  read: ({ name, body }) => ({ name: name.replace(/^\//, ""), body }),
  question: "Nobody can put it into a conversation any more.",
});
