// Where the visitor writes.
import { growWith } from "../chat/textarea.js";
import { el } from "../dom.js";
import { Waiting, filesOf } from "./files.js";
import { symbol } from "./icons.js";
import { t } from "./strings.js";

const hasTouch = matchMedia("(hover: none)");

export class Composer {
  #drafts = new Map(); // of each place -> text
  #place = null;
  #waits = false; // for files, to be sent then
  #send;
  #typing;

  /** `send({ body, attachmentIds })`; `typing(isTyping)`. */
  constructor({ send, typing }) {
    this.#send = send;
    this.#typing = typing;
    const list = el("ul", "uploads");
    this.files = new Waiting(list, () => this.#filesChanged());
    this.area = el("textarea", "", { rows: 1, placeholder: t.write, maxLength: 8000 });
    this.area.setAttribute("aria-label", t.writeLabel);
    const pick = el("input", "unseen", { type: "file", multiple: true });
    pick.setAttribute("aria-label", t.attach);
    const clip = el("label", "icon-button", { title: t.attach }, symbol("clip"), pick);
    this.button = el("button", "icon-button send", { type: "submit", title: t.send }, symbol("send"));
    this.button.setAttribute("aria-label", t.send);
    this.root = el("form", "composer", {}, list, el("div", "composer-line", {}, clip, this.area, this.button));
    growWith(this.area);
    this.#showButton();
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    pick.addEventListener("change", () => {
      this.files.add([...pick.files]);
      pick.value = "";
      this.area.focus();
    });
    this.area.addEventListener("input", () => this.#changed());
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.area.addEventListener("paste", (event) => {
      const files = filesOf(event.clipboardData);
      if (files.length) event.preventDefault();
      this.files.add(files);
    });
  }

  /** Put the focus where one writes; not on phones, whose keyboard would cover the conversation. */
  focus() {
    if (!hasTouch.matches) this.area.focus();
  }

  /** Write somewhere else from now on; what was begun there is there again. */
  moveTo(place) {
    if (place === this.#place) return;
    this.#drafts.set(this.#place, this.area.value);
    this.#place = place;
    this.#set(this.#drafts.get(place) ?? "");
  }

  /** The place where one writes has another name now. */
  rename(place) {
    this.#place = place;
  }

  #set(text) {
    this.area.value = text;
    this.area.dispatchEvent(new CustomEvent("input", { detail: "loaded" }));
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #changed() {
    this.#waits = false;
    this.#showButton();
    this.#typing(Boolean(this.area.value.trim()));
  }

  #filesChanged() {
    if (this.#waits && this.files.isReady) this.#submit();
    else this.#showButton();
  }

  #showButton() {
    this.button.toggleAttribute("data-empty", !this.area.value.trim() && this.files.isEmpty);
    this.button.ariaBusy = this.#waits ? "true" : null;
  }

  #submit() {
    const body = this.area.value.trim();
    if (!body && this.files.isEmpty) return;
    this.#waits = !this.files.isReady;
    if (this.#waits) return this.#showButton();
    const attachmentIds = this.files.take();
    this.#set("");
    this.#send({ body, attachmentIds });
  }
}
