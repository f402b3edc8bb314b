// How long something takes or has taken, in words that go on by themselves.
import { duration } from "../durations.js";

const textOf = ({ dataset: { moment, before = "", after = "" } }) =>
  before + duration(Math.abs(Date.now() - Date.parse(moment)) / 1000) + after;

/** Let an element say how far away a moment is, with words before and after. It stays right by itself. */
export function showSpan(element, moment, before = "", after = "") {
  Object.assign(element.dataset, { moment, before, after });
  element.title = new Date(moment).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
  element.textContent = textOf(element);
}

/** Say something else there. */
export function showNoSpan(element, text = "") {
  for (const name of ["moment", "before", "after"]) delete element.dataset[name];
  element.title = "";
  element.textContent = text;
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-moment]")) {
    const text = textOf(element);
    if (element.textContent !== text) element.textContent = text;
  }
}, 1000);
