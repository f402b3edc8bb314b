// Editing a message where it stands.
import { report } from "../ui.js";
import { copyOf } from "../dom.js";
import { chat, me, open, tell } from "./page.js";
import { growWith } from "./textarea.js";
import { confirmThen } from "../dialogs.js";

let edited = null; // { id, form, area }: at most one at a time

export const isEditing = (message) => edited?.id === message.id;

/** Whether one may edit a message. */
export const mayEdit = (message) =>
  message.sender_id === me && message.kind !== "event" && !message.is_deleted && Boolean(open.conversation?.may_post);

/** Whether one may delete a message. */
export const mayDelete = ({ kind, is_deleted: isDeleted, sender_id: sender }) =>
  kind !== "event" && !isDeleted && (sender === me || Boolean(open.conversation?.may_manage));

/** The editor of the message that is being edited. */
export const editorOf = () => edited.form;

/** Begin to edit a message. */
export function startEdit(message) {
  const { root: form, parts } = copyOf("editor");
  const area = form.elements.body;
  edited = { id: message.id, form, area };
  area.value = message.body;
  growWith(area);
  parts.cancel.addEventListener("click", endEdit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(message);
  });
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") endEdit();
    else if (event.key === "Enter" && !event.shiftKey) save(message);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  tell("rows");
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  area.dispatchEvent(new Event("input"));
  form.scrollIntoView({ block: "nearest" });
}

/** Edit the last message of one's own that is loaded; false if there is none. */
export function editLast() {
  const last = open.timeline?.messages.findLast(mayEdit);
  if (last) startEdit(last);
  return Boolean(last);
}

/** Stop editing; the text of before stands. */
export function endEdit() {
  if (!edited) return;
  edited = null;
  tell("rows");
  tell("compose");
}

async function save(message) {
  const body = edited.area.value.trim();
  if (body === message.body) return endEdit();
  if (!body && !message.attachments.length) return askToDelete(message);
  edited.form.inert = true;
  await report(async () => {
    try {
      await chat.edit(message.id, body);
      endEdit();
    } finally {
      if (edited) edited.form.inert = false;
    }
  });
}

/** Delete a message after a question. */
export function askToDelete(message) {
  const { body } = message;
  const text = body ? `“${body.length > 120 ? `${body.slice(0, 119)}…` : body}”` : "Its files go with it.";
  confirmThen("Delete this message?", text, "Delete", async () => {
    await chat.remove(message.id);
    if (isEditing(message)) endEdit();
  });
}
