// Files that wait to be sent, of each conversation: picked, dropped or pasted, uploaded at once.
import { toast } from "../ui.js";
import { byId, copyOf, el } from "../dom.js";
import { knowFile, sizeText } from "./files-view.js";
import { client, on, open, root } from "./page.js";
import { upload } from "./upload.js";

const MOST = 10; // files in a message
const largest = Number(root.dataset.uploadMax); // bytes
const list = byId("files");
const waiting = new Map(); // conversation id -> its entries

const entriesOf = (id) => waiting.get(id) ?? [];

/** Whether a conversation has files to send. */
export const hasFiles = (id) => entriesOf(id).length > 0;

/** Whether all its files are uploaded. */
export const areReady = (id) => entriesOf(id).every((entry) => entry.attachment);

/** Take the uploaded files of a conversation, to send them: ids of attachments. */
export function takeFiles(id) {
  const entries = entriesOf(id);
  waiting.delete(id);
  show();
  for (const entry of entries) release(entry);
  return entries.map((entry) => entry.attachment.id);
}

/** Take files in, and upload them. */
export function addFiles(id, files) {
  for (const file of files) {
    if (entriesOf(id).length >= MOST) return toast(`A message holds ${MOST} files at most.`, "danger");
    if (file.size > largest) toast(`${file.name} is larger than ${sizeText(largest)}.`, "danger");
    else if (!file.size) toast(`${file.name} is empty.`, "danger");
    else begin(id, file);
  }
}

function begin(id, file) {
  const entry = { id, file, attachment: null, ...copyOf("upload") };
  const { parts } = entry;
  parts.name.textContent = file.name;
  parts.remove.setAttribute("aria-label", `Remove ${file.name}`);
  parts.remove.addEventListener("click", () => remove(entry));
  parts.retry.addEventListener("click", () => send(entry));
  if (file.type.startsWith("image/")) {
    entry.url = URL.createObjectURL(file);
    parts.picture.replaceChildren(el("img", "", { src: entry.url, alt: "" }));
  }
  waiting.set(id, [...entriesOf(id), entry]);
  show();
  send(entry);
}

async function send(entry) {
  const { parts, root: row } = entry;
  row.classList.remove("is-failed");
  parts.retry.hidden = true;
  parts.progress.hidden = false;
  parts.state.textContent = "Uploading";
  entry.upload = upload(entry.file, (share) => {
    parts.progress.value = share;
  });
  try {
    entry.attachment = await entry.upload.done;
    knowFile(entry.attachment);
    parts.state.textContent = sizeText(entry.file.size);
  } catch (error) {
    row.classList.add("is-failed");
    parts.state.textContent = error.detail ?? "It could not be uploaded.";
    parts.state.title = parts.state.textContent;
    parts.retry.hidden = false;
  }
  parts.progress.hidden = true;
  changed(entry.id);
}

function remove(entry) {
  if (entry.attachment) client.api("DELETE", entry.attachment.url).catch(() => {}); // else it goes after a day
  else entry.upload.stop();
  waiting.set(entry.id, entriesOf(entry.id).filter((one) => one !== entry));
  release(entry);
  show();
  changed(entry.id);
  byId("body").focus();
}

const release = (entry) => entry.url && URL.revokeObjectURL(entry.url);

let changed = () => {};

/** Call `watcher(conversation id)` when a file is uploaded, refused or removed. */
export function onFiles(watcher) {
  changed = watcher;
}

function show() {
  list.replaceChildren(...entriesOf(open.id).map((entry) => entry.root));
}

on("opening", show);

byId("file").addEventListener("change", ({ target }) => {
  addFiles(open.id, [...target.files]);
  target.value = "";
  byId("body").focus();
});

const mayTake = () => !byId("composer").hidden;
const talk = byId("talk");
let depth = 0; // dragenter and dragleave come for every element below
const hint = (isShown) => {
  byId("drop-hint").hidden = !isShown;
};
talk.addEventListener("dragenter", ({ dataTransfer }) => {
  if (!dataTransfer.types.includes("Files") || !mayTake()) return;
  depth += 1;
  hint(true);
});
talk.addEventListener("dragleave", () => {
  depth = Math.max(0, depth - 1);
  if (!depth) hint(false);
});
talk.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("Files")) event.preventDefault();
});
talk.addEventListener("drop", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault(); // else the browser would leave the page for the file
  depth = 0;
  hint(false);
  if (mayTake()) addFiles(open.id, [...event.dataTransfer.files]);
});
byId("body").addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (!files.length) return;
  event.preventDefault();
  addFiles(open.id, files.map(named));
});

/** Pasted pictures are all called image.png. */
function named(file) {
  if (file.name !== "image.png") return file;
  const now = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
  return new File([file], `pasted-${now}.png`, { type: file.type });
}
