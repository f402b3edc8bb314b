// A list of things that are added, changed and perhaps deleted in a dialog.
import { client } from "../shell.js";
import { onSubmit, report } from "../ui.js";
import { confirmThen, openDialog } from "../dialogs.js";
import { byId, copyOf } from "../dom.js";

/**
 * Keep the list `name` (its places in the page are called so) of what `path` answers; `one` names its dialog and form.
 * `show(parts, item)` fills a row, `fill(form, item)` the form (null: a new one), `read(values, form)` makes what is
 * sent of it; `question` asks before deleting, where that is possible. Returns a function that loads it.
 */
export function settingsList({ name, one, path, show, fill, read, question }) {
  const dialog = byId(`${one}-dialog`);
  const form = byId(`${one}-form`);
  let edited = null;

  async function load() {
    const { data } = await client.api("GET", path);
    byId(name).replaceChildren(...data.map(row));
    byId(`no-${name}`).hidden = data.length > 0;
  }

  function row(item) {
    const { root, parts } = copyOf("settings-row");
    parts.name.textContent = item.name;
    parts.edit.setAttribute("aria-label", `Change ${item.name}`);
    parts.edit.addEventListener("click", () => open(item));
    show(parts, item);
    return root;
  }

  function open(item) {
    edited = item;
    openDialog(dialog);
    if (question) byId(`delete-${one}`).hidden = !item;
    fill(form, item);
  }

  onSubmit(form, async (values) => {
    const body = read(values, form);
    if (edited) await client.api("PATCH", `${path}${edited.id}/`, body);
    else await client.api("POST", path, body);
    dialog.close();
    await load();
  });
  byId(`new-${name}`).addEventListener("click", () => open(null));
  if (question) {
    byId(`delete-${one}`).addEventListener("click", () => {
      const item = edited;
      dialog.close();
      confirmThen(`Delete ${item.name}?`, question, "Delete", async () => {
        await client.api("DELETE", `${path}${item.id}/`);
        await report(load);
      });
    });
  }
  return load;
}
