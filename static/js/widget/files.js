// Files: those that wait to be sent, and those of messages, which the server gives to this visitor only.
import { PulseError } from "../../pulse-api.js";
import { el } from "../dom.js";
import { size } from "./format.js";
import { settings } from "./host.js";
import { symbol } from "./icons.js";
import { problemText, t } from "./strings.js";
import { say } from "./toast.js";
import { api, getToken } from "./visitor.js";

const MOST = 10; // in a message
const loaded = new Map(); // path -> promise of the address of a blob

/** The files that wait in a composer. `list`: where they show; `changed()`: called when they are others. */
export class Waiting {
  #entries = [];
  #list;
  #changed;

  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
  }

  get isEmpty() {
    return !this.#entries.length;
  }

  get isReady() {
    return this.#entries.every((entry) => entry.attachment);
  }

  add(files) {
    for (const file of files) {
      if (this.#entries.length >= MOST) return say(t.tooMany(MOST));
      if (file.size > settings.uploadMax) say(t.tooLarge(file.name, size(settings.uploadMax)));
      else if (!file.size) say(t.emptyFile(file.name));
      else this.#begin(file);
    }
  }

  /** Take what is uploaded: ids of attachments. */
  take() {
    const ids = this.#entries.map((entry) => entry.attachment.id);
    this.#entries = [];
    this.#show();
    return ids;
  }

  #begin(file) {
    const entry = { file, attachment: null, state: el("small"), again: button("retry", t.retryFile(file.name)) };
    const end = button("close", t.removeFile(file.name));
    entry.row = el("li", "upload", {}, el("span", "upload-name", {}, file.name), entry.state, entry.again, end);
    entry.again.addEventListener("click", () => this.#upload(entry));
    end.addEventListener("click", () => this.#remove(entry));
    this.#entries.push(entry);
    this.#show();
    this.#upload(entry);
  }

  async #upload(entry) {
    entry.again.hidden = true;
    entry.row.classList.remove("is-failed");
    entry.state.textContent = t.uploading;
    const body = new FormData();
    body.append("file", entry.file, entry.file.name);
    try {
      entry.attachment = await api.call("POST", "/api/attachments/", body);
      entry.state.textContent = size(entry.file.size);
    } catch (error) {
      entry.row.classList.add("is-failed");
      entry.state.textContent = problemText(error);
      entry.again.hidden = false;
    }
    this.#changed();
  }

  #remove(entry) {
    if (entry.attachment) api.call("DELETE", entry.attachment.url).catch(() => {}); // else it goes after a day
    this.#entries = this.#entries.filter((one) => one !== entry);
    this.#show();
  }

  #show() {
    this.#list.replaceChildren(...this.#entries.map((entry) => entry.row));
    this.#changed();
  }
}

function button(icon, label) {
  const made = el("button", "icon-button small", { type: "button", title: label }, symbol(icon));
  made.setAttribute("aria-label", label);
  return made;
}

/** Files of a paste or a drop; pasted pictures are all called image.png. */
export function filesOf(transfer) {
  const now = new Date().toISOString().slice(0, 19).replace(/[T:]/g, "-");
  const named = (file) => (file.name === "image.png" ? new File([file], `pasted-${now}.png`, { type: file.type }) : file);
  return [...(transfer?.files ?? [])].map(named);
}

/** The elements of a message's files. */
export function filesElement(attachments) {
  return el("div", "files", {}, ...attachments.map((file) => (file.width && file.thumbnail_url ? picture(file) : link(file))));
}

function picture(file) {
  const scale = Math.min(1, 240 / file.width, 240 / file.height);
  const image = el("img", "", { alt: file.name, width: Math.max(24, file.width * scale), height: Math.max(24, file.height * scale) });
  const made = el("button", "picture", { type: "button" }, image);
  made.setAttribute("aria-label", t.look(file.name));
  made.addEventListener("click", () => look(file));
  content(file.thumbnail_url)
    .catch(() => content(file.url)) // the small one is made a little later than the message
    .then((address) => (image.src = address), () => made.classList.add("is-broken"));
  return made;
}

function link(file) {
  const made = el("button", "file", { type: "button" }, symbol("file"), el("span", "file-name", {}, file.name), el("small", "", {}, size(file.size)));
  made.setAttribute("aria-label", t.download(file.name, size(file.size)));
  made.addEventListener("click", () => save(file));
  return made;
}

async function save(file) {
  try {
    el("a", "", { href: await content(file.url), download: file.name }).click();
  } catch {
    say(t.notLoaded);
  }
}

/** A picture in full, over all else. */
async function look(file) {
  const image = el("img", "", { alt: file.name });
  const [end, keep] = [button("close", t.close), el("button", "button", { type: "button" }, t.save)];
  const box = el("dialog", "lightbox", {}, el("div", "lightbox-head", {}, el("span", "", {}, file.name), keep, end), image);
  end.setAttribute("aria-label", t.cancel);
  end.addEventListener("click", () => box.close());
  keep.addEventListener("click", () => save(file));
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  try {
    image.src = await content(file.url);
  } catch {
    box.close();
    say(t.notLoaded);
  }
}

/** The address of what is at a path, loaded once. */
function content(path) {
  if (!loaded.has(path)) {
    const loading = load(path);
    loading.catch(() => loaded.delete(path));
    loaded.set(path, loading);
  }
  return loaded.get(path);
}

async function load(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${await getToken()}` }, credentials: "omit" });
  if (!answer.ok) throw new PulseError({ status: answer.status });
  return URL.createObjectURL(await answer.blob());
}
