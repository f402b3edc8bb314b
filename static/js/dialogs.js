// Dialogs: how they open, close, and ask before something cannot be undone.
import { run } from "./ui.js";
import { byId } from "./dom.js";

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close(); // beside it, or its button
  });
}

/** Open a dialog, its form empty. */
export function openDialog(dialog) {
  const form = dialog.querySelector("form");
  form?.reset();
  for (const place of form?.querySelectorAll(".error") ?? []) place.textContent = "";
  for (const box of form?.querySelectorAll(".form-error") ?? []) box.hidden = true;
  dialog.showModal();
}

/** Ask whether to do something, and do it: `action` is a promise, its refusals become toasts. */
export function confirmThen(title, text, label, action) {
  byId("confirm-head").textContent = title;
  byId("confirm-text").textContent = text;
  const yes = byId("confirm-yes");
  yes.textContent = label;
  yes.onclick = () =>
    run(yes, async () => {
      byId("confirm").close();
      await action();
    });
  byId("confirm").showModal();
}
