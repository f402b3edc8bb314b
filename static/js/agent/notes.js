// Private notes: between the messages, and in a list beside them. Live.
import { report } from "../ui.js";
import { byId, copyOf } from "../dom.js";
import { allOf } from "../lists.js";
import { on, open, tell } from "../chat/page.js";
import { showAsides } from "../chat/timeline-view.js";
import { fullOf, shortOf, showTime } from "../chat/times.js";
import { desk, nameOf, ticket } from "./desk.js";

let notes = []; // of the open ticket, the earliest first
let of = null; // whose they are

/** A note has come. */
export function keepNote(id, note) {
  if (id !== of || notes.some((one) => one.id === note.id)) return;
  notes = [...notes, note].sort((one, other) => one.id - other.id);
  show();
}

async function load() {
  const { id } = open;
  const one = ticket();
  if (!one || of === id) return;
  of = id;
  const found = await allOf(`/api/chat-rooms/${one.id}/notes/`);
  if (of !== id) return;
  const ids = new Set(found.map((note) => note.id));
  notes = [...found, ...notes.filter((note) => !ids.has(note.id))];
  show();
}

function show() {
  byId("list-notes").replaceChildren(...notes.map((note) => element(note, shortOf(note.created_at))));
  byId("notes-number").textContent = notes.length || "";
  byId("none-notes").hidden = notes.length > 0;
  byId("none-notes").textContent = "No notes yet. What you note, no customer sees.";
  tell("rows");
}

function element(note, moment) {
  const { root, parts } = copyOf("note");
  root.dataset.note = note.id;
  parts.name.textContent = nameOf(note.author);
  parts.body.textContent = note.body;
  showTime(parts.time, note.created_at, moment);
  root.title = fullOf(note.created_at);
  return root;
}

showAsides((id) => (id !== of ? [] : notes.map((note) => ({
  key: `note-${note.id}`,
  at: note.created_at,
  mark: String(note.id),
  make: () => element(note),
}))));
on("opening", () => {
  notes = [];
  of = null;
  show();
});
on("ticket", () => report(load));
desk.on("note", keepNote);
desk.on("online", () => {
  of = null; // what was noted while the connection was lost
  report(load);
});
