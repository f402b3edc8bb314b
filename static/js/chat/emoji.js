// A small box of emoji. Those used lately come first.
import { el, byId } from "../dom.js";
import { GROUPS } from "./emoji-list.js";
import { keep, keptValue } from "./kept.js";
import { openBeside } from "./popups.js";

const LATELY = 16;
const box = byId("emoji-box");
const list = byId("emoji-list");
const filter = byId("emoji-filter");
const nameOf = new Map(GROUPS.flatMap(([, emoji]) => emoji));
let pick = () => {};

/** Open the box beside `anchor`; `onPick(emoji)` once. */
export function pickEmoji(anchor, onPick) {
  pick = onPick;
  filter.value = "";
  fill();
  openBeside(box, anchor);
  filter.focus();
}

function fill() {
  const wanted = filter.value.trim().toLowerCase();
  const lately = keptValue("emoji", []).filter((emoji) => nameOf.has(emoji));
  const groups = [["Used lately", lately.map((emoji) => [emoji, nameOf.get(emoji)])], ...GROUPS];
  const found = wanted ? [["Found", [...nameOf].filter(([, name]) => name.includes(wanted))]] : groups;
  list.replaceChildren(...found.filter(([, emoji]) => emoji.length).flatMap(([title, emoji]) => [
    el("h3", "", { textContent: title }),
    el("div", "emoji-grid", {}, ...emoji.map(button)),
  ]));
  if (!list.children.length) list.append(el("p", "empty small", { textContent: "No emoji is called so." }));
}

const button = ([emoji, name]) => {
  const made = el("button", "", { type: "button", title: name, textContent: emoji });
  made.setAttribute("aria-label", name);
  return made;
};

filter.addEventListener("input", fill);
filter.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== "ArrowDown") return;
  event.preventDefault();
  const first = list.querySelector("button");
  if (event.key === "Enter") first?.click();
  else first?.focus();
});
list.addEventListener("click", ({ target }) => {
  const chosen = target.closest("button")?.textContent;
  if (!chosen) return;
  keep("emoji", [chosen, ...keptValue("emoji", []).filter((one) => one !== chosen)].slice(0, LATELY));
  box.hidePopover();
  pick(chosen);
});
list.addEventListener("keydown", (event) => {
  const columns = 8;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step) return;
  const all = [...list.querySelectorAll("button")];
  const next = all[all.indexOf(document.activeElement) + step];
  event.preventDefault();
  event.stopPropagation();
  (next ?? filter).focus();
});
