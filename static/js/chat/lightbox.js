// Pictures in full size, one after the other.
import { byId } from "../dom.js";
import { isPicture } from "./files-view.js";

const box = byId("lightbox");
const image = byId("lightbox-image");
const before = byId("lightbox-before");
const after = byId("lightbox-after");
let pictures = [];
let at = 0;

/** Show a picture of a message; the arrows lead to its others. */
export function lookAt({ attachments }, id) {
  pictures = attachments.filter(isPicture);
  at = pictures.findIndex((picture) => picture.id === id);
  show();
  box.showModal();
}

function show() {
  const picture = pictures[at];
  image.src = picture.url;
  image.alt = picture.name;
  const place = pictures.length > 1 ? ` (${at + 1} of ${pictures.length})` : "";
  byId("lightbox-name").textContent = picture.name + place;
  byId("lightbox-save").href = picture.url;
  byId("lightbox-save").download = picture.name;
  before.hidden = at === 0;
  after.hidden = at === pictures.length - 1;
}

function step(by) {
  if (!pictures[at + by]) return;
  at += by;
  show();
}

before.addEventListener("click", () => step(-1));
after.addEventListener("click", () => step(1));
box.addEventListener("keydown", ({ key }) => {
  if (key === "ArrowLeft") step(-1);
  if (key === "ArrowRight") step(1);
});
box.addEventListener("close", () => image.removeAttribute("src"));
