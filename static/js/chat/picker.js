// Offers while somebody writes: a list above the text, chosen by arrows, Enter, Tab or the pointer.
import { insert } from "./textarea.js";

/**
 * Offer things in `list` while what `begun` matches is written in `area`; its first group is what to look for.
 * `find(words)` is a promise of offers, `row(offer)` the contents of one, `text(offer)` what takes the place of the
 * words, from `back` characters before them. Returns a function that says whether a key was for the list.
 */
export function attachPicker(area, list, { begun, find, row, text, back = 0 }) {
  let offers = [];
  let current = 0;
  let turn = 0; // answers of earlier ones are dropped

  const written = () => area.value.slice(0, area.selectionStart).match(begun);
  const hide = () => {
    turn += 1;
    offers = [];
    if (list.hidden) return; // another list may be the one that is shown
    list.hidden = true;
    area.removeAttribute("aria-activedescendant");
  };
  const select = (index) => {
    current = (index + offers.length) % offers.length;
    [...list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === current)));
    area.setAttribute("aria-activedescendant", list.children[current].id);
    list.children[current].scrollIntoView({ block: "nearest" });
  };
  const take = () => {
    const from = area.selectionStart - written()[1].length - back;
    const chosen = text(offers[current]);
    hide();
    insert(area, chosen, from, area.selectionStart);
  };
  const option = (offer, at) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${at}`;
    item.role = "option";
    item.append(...row(offer));
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the focus stays in the text
      current = at;
      take();
    });
    return item;
  };
  const look = async () => {
    const found = area.selectionStart === area.selectionEnd && written();
    if (!found) return hide();
    const mine = ++turn;
    const answer = await find(found[1]);
    if (mine !== turn) return;
    offers = answer;
    if (!offers.length) return hide();
    list.replaceChildren(...offers.map(option));
    list.hidden = false;
    area.setAttribute("aria-controls", list.id);
    select(0);
  };

  area.addEventListener("input", look);
  area.addEventListener("click", () => !list.hidden && look());
  area.addEventListener("blur", hide);
  return (event) => {
    if (list.hidden || event.altKey || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) select(current + step);
    else if (event.key === "Enter" || event.key === "Tab") take();
    else if (event.key === "Escape") hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
}
