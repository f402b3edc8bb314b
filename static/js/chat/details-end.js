// Leaving, archiving, blocking.
import { report } from "../ui.js";
import { confirmThen } from "../dialogs.js";
import { byId } from "../dom.js";
import { allOf } from "../lists.js";
import { goToConversation } from "./opening.js";
import { chat, client, on, open, titleOf } from "./page.js";

const button = (name) => byId(`do-${name}`);
let blocked = new Set(); // ids of those whom one has blocked

function show() {
  const { conversation } = open;
  if (!conversation) return;
  const { other_user: other, is_archived: isArchived } = conversation;
  const isChannel = conversation.kind === "channel";
  button("leave").hidden = !isChannel || !conversation.is_member;
  button("archive").hidden = !isChannel || isArchived || !conversation.may_manage;
  button("unarchive").hidden = !isChannel || !isArchived || !conversation.may_manage;
  button("block").hidden = !other || blocked.has(other.user_id);
  button("unblock-there").hidden = !other || !blocked.has(other.user_id);
  byId("unblock").hidden = button("unblock-there").hidden;
}

async function loadBlocks() {
  blocked = new Set((await allOf("/api/blocks/")).map((person) => person.user_id));
  show();
}

const post = (path) => client.api("POST", `/api/channels/${open.id}/${path}/`);

button("leave").addEventListener("click", () => {
  const { conversation } = open;
  const text = conversation.is_private ? "Only its members can add you again." : "You can join it again at any time.";
  confirmThen(`Leave #${titleOf(conversation)}?`, text, "Leave", async () => {
    await post("leave");
    if (open.id === conversation.id) await goToConversation(null);
  });
});
button("archive").addEventListener("click", () =>
  confirmThen(`Archive #${titleOf(open.conversation)}?`, "It can be read, and not written to.", "Archive", async () => {
    chat.put(await post("archive"));
  }));
button("unarchive").addEventListener("click", () => report(async () => {
  chat.put(await post("unarchive"));
}));
button("block").addEventListener("click", () => {
  const { other_user: other } = open.conversation;
  const text = "You cannot write to each other any more. They are not told.";
  confirmThen(`Block ${titleOf(open.conversation)}?`, text, "Block", async () => {
    await client.api("POST", "/api/blocks/", { username: other.username });
    await loadBlocks();
  });
});
for (const one of [button("unblock-there"), byId("unblock")]) {
  one.addEventListener("click", () => report(async () => {
    await client.api("DELETE", `/api/blocks/${open.conversation.other_user.user_id}/`);
    await loadBlocks();
  }));
}
on("opened", () => {
  show();
  if (open.conversation?.other_user) report(loadBlocks);
});
chat.on("conversation", ({ id }) => id === open.id && show());
