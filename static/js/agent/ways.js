// To whom one writes: to the customer, or a note that only the desk sees.
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { addPicker, focusComposer, writeAs } from "../chat/composer.js";
import { chat, client, on, open } from "../chat/page.js";
import { replies } from "../chat/replies.js";
import { attachCanned } from "./canned.js";
import { desk, nameOf, onTicket, ticket } from "./desk.js";
import { keepNote } from "./notes.js";

const answers = {
  ...replies,
  may: (conversation) => replies.may(conversation) && ticket()?.status !== "closed",
  placeholder: () => `Reply to ${nameOf(ticket()?.user)}`,
};
const notes = {
  takesFiles: false,
  may: (conversation) => Boolean(conversation),
  placeholder: () => "A note for the desk only",
  draft: (id) => `note-${id}`,
  send: (id, { body }) => report(() => addNote(id, body)),
};
let isNote = false; // chosen by hand for the open ticket

async function addNote(id, body) {
  const one = desk.tickets.get(id);
  try {
    keepNote(id, await client.api("POST", `/api/chat-rooms/${one.id}/notes/`, { body }));
  } catch (error) {
    if (open.id === id && !byId("body").value) {
      byId("body").value = body; // it is not lost
      byId("body").dispatchEvent(new Event("input"));
    }
    throw error;
  }
}

function show() {
  const mayAnswer = answers.may(open.conversation);
  const isNoting = isNote || !mayAnswer;
  byId("way-reply").disabled = !mayAnswer;
  byId(isNoting ? "way-note" : "way-reply").checked = true;
  byId("composer").classList.toggle("is-note", isNoting);
  byId("way-hint").textContent = isNoting ? "Only the desk sees notes." : "";
  writeAs(isNoting ? notes : answers);
}

/** Write a note, or a reply again. */
export function switchWay() {
  isNote = byId("way-reply").checked;
  show();
  focusComposer();
}

byId("ways").addEventListener("change", ({ target }) => {
  isNote = target.value === "note";
  show();
});
on("opening", () => {
  isNote = false;
  show();
});
on("opened", show);
on("took over", () => {
  isNote = false;
  show();
});
onTicket(show);
chat.on("conversation", ({ id }) => id === open.id && show());
addPicker(attachCanned(byId("body"), byId("canned")));
