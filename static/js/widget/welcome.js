// The greeting: whether somebody is here, how soon they answer, or when they are back.
import { el } from "../dom.js";
import { answersIn, coming } from "./format.js";
import { t } from "./strings.js";
import { visitor } from "./visitor.js";

let greeting = t.greeting;

/** The page's own words, if it has any. */
export function greetWith(text) {
  greeting = text || t.greeting;
}

/** The elements of the greeting. */
export function welcome() {
  const { is_open: isOpen, is_somebody_here: isHere, opens_at: opensAt, predicted_response: estimate } = visitor.desk;
  const text = !isOpen ? t.closedNow(opensAt && coming(opensAt)) : isHere ? t.here : t.nobody;
  const line = el("p", "here", {}, el("span", "dot", { ariaHidden: "true" }), text);
  line.firstElementChild.dataset.status = isOpen && isHere ? "online" : "offline";
  const soon = isOpen ? answersIn(estimate) : "";
  return el("div", "welcome", {}, el("h2", "", {}, greeting), line, soon && el("p", "muted", {}, soon));
}
