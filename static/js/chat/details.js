// The right side: open or closed, and which of its parts.
import { byId } from "../dom.js";
import { keep, keptValue } from "./kept.js";
import { on, open, tell } from "./page.js";
import { showPane } from "./opening.js";

const pane = byId("details");
const button = byId("toggle-details");
const wide = matchMedia("(min-width: 1140px)"); // where it stands beside the conversation instead of above it
const narrow = matchMedia("(max-width: 719px)");

function show(isOpen) {
  pane.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
  if (open.id !== null) showPane(isOpen ? "details" : "talk");
}

/** Open or close the details, as the reader wishes. On phones they are a step of the history. */
function toggle(isOpen) {
  if (pane.hidden === !isOpen) return;
  const isStep = history.state?.pane === "details";
  if (narrow.matches && !isOpen && isStep) return history.back();
  show(isOpen);
  if (narrow.matches && isOpen) history.pushState({ pane: "details" }, "", location.href);
  if (wide.matches) keep("details", isOpen);
  if (isOpen) {
    tell("details shown");
    byId("details-head").focus({ preventScroll: true });
  } else button.focus();
}

button.addEventListener("click", () => toggle(pane.hidden));
byId("close-details").addEventListener("click", () => toggle(false));
on("details", (isOpen) => {
  if (pane.hidden === isOpen) toggle(isOpen);
});
on("history", (isOpen) => show(isOpen));
on("show details", (part) => {
  toggle(true);
  const box = byId(`part-${part}`);
  box.open = true;
  box.scrollIntoView({ block: "nearest" });
  box.querySelector("summary").focus({ preventScroll: true });
});
on("left for", () => narrow.matches && show(false)); // "back" leads here again
on("opening", (id) => show(id !== null && wide.matches && keptValue("details", true)));
on("opened", () => {
  if (!pane.hidden) tell("details shown");
});
