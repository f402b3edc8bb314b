// How much is unread, in the title of the window: beside the conversation that is open.
import { chat, on, open, titleOf } from "./page.js";
import { oncePerFrame } from "../dom.js";
import { isUnread } from "./list.js";
import { setTitle } from "../title.js";

const show = () => {
  const waiting = [...chat.conversations.values()].filter((one) => one.is_member && isUnread(one));
  const { conversation } = open;
  const name = conversation ? `${conversation.other_user ? "" : "#"}${titleOf(conversation)}` : "Chat";
  setTitle("page", waiting.reduce((sum, one) => sum + one.unread_count, 0), name);
};
const showSoon = oncePerFrame(show);

for (const event of ["opening", "opened", "ready"]) on(event, show);
for (const event of ["conversation", "gone"]) chat.on(event, document.hidden ? show : showSoon);
