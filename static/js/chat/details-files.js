// The files that were sent in the conversation, the latest first.
import { report } from "../ui.js";
import { byId, el } from "../dom.js";
import { fileLink, isPicture, sizeText } from "./files-view.js";
import { withCursor } from "../lists.js";
import { lookAt } from "./lightbox.js";
import { chat, client, on, open, writerOf } from "./page.js";
import { shortOf } from "./times.js";

const part = byId("part-files");
const list = byId("list-files");
let cursor = null;

async function load(isMore = false) {
  const { id } = open;
  if (!part.open || byId("details").hidden || id === null) return;
  const path = withCursor(`/api/conversations/${id}/files/`, isMore && cursor);
  const { data, next } = await client.api("GET", path);
  if (open.id !== id) return;
  cursor = next;
  const rows = data.flatMap((message) => message.attachments.map((file) => row(message, file)));
  if (isMore) list.append(...rows);
  else list.replaceChildren(...rows);
  byId("more-files").hidden = !next;
  byId("none-files").hidden = list.children.length > 0;
  byId("none-files").textContent = "No files yet.";
}

function row(message, file) {
  const link = fileLink(file);
  const small = link.querySelector('[data-part="size"]');
  small.textContent = [writerOf(message), shortOf(message.created_at), sizeText(file.size)].join(" · ");
  if (isPicture(file)) {
    link.firstElementChild.replaceWith(el("img", "", { src: file.thumbnail_url, alt: "", loading: "lazy" }));
    link.addEventListener("click", (event) => {
      event.preventDefault();
      lookAt(message, file.id);
    });
  }
  return el("li", "", {}, link);
}

part.addEventListener("toggle", () => report(load));
byId("more-files").addEventListener("click", () => report(() => load(true)));
on("opening", () => list.replaceChildren());
on("details shown", () => report(load));
chat.on("message", (id, message, isNew) => id === open.id && isNew && message.attachments.length && report(load));
