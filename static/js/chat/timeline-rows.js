// The elements of rows: kept while a row looks the same, made anew where it does not, with the focus staying.
import { el } from "../dom.js";
import { markOf, messageElement, pendingElement } from "./message-view.js";
import { dayName } from "./times.js";

let shown = new Map(); // key -> { element, mark, row }

/** The element of a row. */
export const rowAt = (key) => shown.get(key)?.element;

/** The message of an element, or undefined. */
export const messageOf = (element) => shown.get(element.closest("[data-key]")?.dataset.key)?.row.message;

/** What is on its way in an element, or undefined. */
export const itemOf = (element) => shown.get(element.closest("[data-key]")?.dataset.key)?.row.item;

const moves = []; // called with (old element, new element) when one takes the place of the other

/** Call `move` when a row gets a new element. */
export const onRenewed = (move) => moves.push(move);

/** Make the children of `list` those of the rows. */
export function arrangeRows(list, rows, conversation) {
  const next = new Map(rows.map((row) => [row.key, { row, mark: `${row.kind} ${markOf(row, conversation)}` }]));
  for (const child of [...list.children]) if (!next.has(child.dataset.key)) child.remove();
  let above = null;
  for (const [key, entry] of next) {
    const before = shown.get(key);
    const isThere = before?.element.parentElement === list;
    const isSame = isThere && before.mark === entry.mark;
    entry.element = isSame ? before.element : make(entry.row, conversation);
    if (isThere && !isSame) renew(before.element, entry.element);
    const place = above ? above.nextElementSibling : list.firstElementChild;
    if (place !== entry.element) list.insertBefore(entry.element, place);
    above = entry.element;
  }
  shown = next;
  keepOneStop(list);
}

function make(row, conversation) {
  const element = elementOf(row, conversation);
  element.dataset.key = row.key;
  if (row.message) {
    element.dataset.id = row.message.id;
    element.dataset.seq = row.message.seq;
  }
  return element;
}

function elementOf(row, conversation) {
  if (row.kind === "day") return el("li", "day", {}, el("span", "", { textContent: dayName(row.at) }));
  if (row.kind === "aside") return row.aside.make();
  if (row.kind === "new") return el("li", "new-line", {}, el("span", "", { textContent: "New messages" }));
  return row.kind === "message" ? messageElement(row, conversation) : pendingElement(row);
}

function renew(old, element) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  old.after(element);
  for (const move of moves) move(old, element);
  old.remove();
  if (!focused) return;
  const isSame = (button) => button.dataset.emoji === focused.dataset.emoji;
  const reaction = [...element.querySelectorAll(".reaction")].find(isSame);
  (element.contains(focused) ? focused : (reaction ?? element)).focus({ preventScroll: true });
}

/** One of the rows is reached by Tab: the one that had the focus last, else the newest. */
function keepOneStop(list) {
  if (list.querySelector(':scope > [tabindex="0"]')) return;
  const last = [...list.querySelectorAll(":scope > .message")].at(-1);
  if (last) last.tabIndex = 0;
}
