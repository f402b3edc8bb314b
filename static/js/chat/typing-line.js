// "Ann is typing": who, for as long as they go on.
import { byId } from "../dom.js";
import { chat, me, nameOf, on, open } from "./page.js";

const place = byId("typing");
const LASTS = 6000; // ms; the server ends it after 5 s, this is for when that news is lost
const typing = new Map(); // user id -> { name, timer }

function show() {
  const names = [...typing.values()].map(({ name }) => name);
  const others = names.length - 2;
  if (!names.length) place.textContent = "";
  else if (names.length === 1) place.textContent = `${names[0]} is typing`;
  else if (others === 0) place.textContent = `${names[0]} and ${names[1]} are typing`;
  else place.textContent = `${names[0]}, ${names[1]} and ${others} ${others === 1 ? "other" : "others"} are typing`;
}

function end(id) {
  clearTimeout(typing.get(id)?.timer);
  typing.delete(id);
  show();
}

chat.on("typing", (id, { user_id: who, username, is_typing: isTyping }) => {
  if (id !== open.id || who === me) return;
  end(who);
  if (!isTyping) return;
  typing.set(who, { name: nameOf(who, username), timer: setTimeout(() => end(who), LASTS) });
  show();
});
chat.on("message", (id, message, isNew) => isNew && id === open.id && end(message.sender_id));
on("opening", () => {
  for (const id of [...typing.keys()]) end(id);
});
