// The files of a message: pictures to look at, others to download.
import { copyOf, el } from "../dom.js";

const [WIDEST, HIGHEST] = [420, 320]; // pixels of a picture in a message
const UNITS = ["B", "kB", "MB", "GB"];
const known = new Map(); // attachment id -> attachment, of what this page has uploaded

/** Whether a file is a picture that can be shown. */
export const isPicture = (file) => Boolean(file.thumbnail_url && file.width);

/** Remember an uploaded file until its message comes. */
export const knowFile = (file) => known.set(file.id, file);

/** "48 kB" */
export function sizeText(bytes) {
  let unit = 0;
  for (; bytes >= 1000 && unit < UNITS.length - 1; unit += 1) bytes /= 1000;
  return `${bytes < 10 && unit ? bytes.toFixed(1) : Math.round(bytes)} ${UNITS[unit]}`;
}

/** The elements for the files of a message. */
export function* filesOf({ attachments }) {
  const pictures = attachments.filter(isPicture);
  const others = attachments.filter((file) => !isPicture(file));
  if (pictures.length) yield el("div", "files", {}, ...pictures.map(picture));
  if (others.length) yield el("div", "files", {}, ...others.map(fileLink));
}

/** The elements for the files of a message that is on its way. */
export function* pendingFiles({ attachmentIds }) {
  const files = (attachmentIds ?? []).map((id) => known.get(id));
  if (files.length && files.every(Boolean)) yield* filesOf({ attachments: files });
  else if (files.length) yield el("p", "muted", {}, files.length === 1 ? "A file" : `${files.length} files`);
}

function picture(file) {
  const { root, parts } = copyOf("image-file");
  root.dataset.do = "look";
  root.dataset.file = file.id;
  root.setAttribute("aria-label", `Look at ${file.name}`);
  const scale = Math.min(1, WIDEST / file.width, HIGHEST / file.height);
  parts.image.width = Math.max(24, Math.round(file.width * scale));
  parts.image.height = Math.max(24, Math.round(file.height * scale));
  parts.image.alt = file.name;
  parts.image.addEventListener("error", () => showWhole(parts.image, file.url), { once: true });
  parts.image.src = file.thumbnail_url;
  return root;
}

function showWhole(image, url) {
  image.src = url; // the thumbnail is made a little later than the message
}

/** A link to a file that is no picture. */
export function fileLink(file) {
  const { root, parts } = copyOf("other-file");
  root.href = file.url;
  root.download = file.name;
  parts.name.textContent = file.name;
  parts.size.textContent = sizeText(file.size);
  return root;
}
