// What stands where one cannot write: why, and what helps. And leaving what is no longer there.
import { report, toast } from "../ui.js";
import { byId } from "../dom.js";
import { goToConversation } from "./opening.js";
import { chat, on, open, titleOf } from "./page.js";

function show() {
  const { conversation } = open;
  byId("closed").hidden = !conversation || !byId("composer").hidden;
  if (byId("closed").hidden) return;
  const mayJoin = !conversation.is_member && !conversation.is_archived;
  byId("join").hidden = !mayJoin;
  byId("closed-text").textContent = mayJoin
    ? `You are looking at #${titleOf(conversation)}.`
    : conversation.is_archived
      ? "This channel is archived: it can be read, not written to."
      : "You cannot write to each other.";
}

on("place", show);
chat.on("gone", async (id) => {
  if (id !== open.id) return;
  await report(() => goToConversation(null));
  toast("This conversation is no longer there for you.");
});
