// Adding people of the workspace to a channel.
import { fillAvatar, onSubmit, report, toast } from "../ui.js";
import { openDialog } from "../dialogs.js";
import { byId, copyOf } from "../dom.js";
import { allOf } from "../lists.js";
import { client, open, tell } from "./page.js";
import { peopleOf } from "./people-of.js";

const dialog = byId("add-dialog");
const filter = byId("add-filter");
let rows = []; // { root, text }

async function openAdding() {
  const { id, conversation } = open;
  const inside = new Set((await peopleOf(id)).map((person) => person.user_id));
  const people = await allOf(`/api/workspaces/${conversation.workspace_id}/members/`);
  rows = people.filter((person) => !inside.has(person.user_id)).map(row);
  byId("add-list").replaceChildren(...rows.map(({ root }) => root));
  openDialog(dialog);
  show();
  filter.focus();
}

function row(person) {
  const { root, parts } = copyOf("person-pick");
  root.querySelector("input").value = person.user_id;
  fillAvatar(parts.avatar, person);
  parts.name.textContent = person.full_name || person.username;
  parts.note.textContent = `@${person.username}`;
  return { root, text: `${person.full_name} ${person.username}`.toLowerCase() };
}

function show() {
  const wanted = filter.value.trim().toLowerCase();
  for (const { root, text } of rows) root.hidden = !text.includes(wanted);
  const isEmpty = rows.every(({ root }) => root.hidden);
  byId("add-none").hidden = !isEmpty;
  const none = rows.length ? `Nobody is called “${filter.value.trim()}”.` : "Everybody of the workspace is here.";
  byId("add-none").textContent = none;
}

filter.addEventListener("input", show);
filter.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // it filters; the button adds
});
byId("add-people").addEventListener("click", () => report(openAdding));
onSubmit(byId("add-form"), async () => {
  const { id } = open;
  const chosen = [...byId("add-list").querySelectorAll(":checked")].map((box) => Number(box.value));
  if (!chosen.length) return toast("Choose somebody first.");
  await client.api("POST", `/api/channels/${id}/members/`, { user_ids: chosen });
  dialog.close();
  tell("people changed", id);
});
