// Short messages; screen readers hear them.
import { el } from "../dom.js";
import { problemText } from "./strings.js";

const place = el("div", "toasts");
place.setAttribute("role", "status");
document.body.append(place);

export function say(text) {
  const item = el("p", "toast", {}, text);
  place.append(item);
  setTimeout(() => item.remove(), 6000);
}

/** Run an action for a button, once at a time; what goes wrong is said. Whether it went well. */
export async function attempt(button, action) {
  if (button.ariaBusy === "true") return false;
  button.ariaBusy = "true";
  try {
    await action();
    return true;
  } catch (error) {
    if (error.name !== "PulseError") throw error;
    say(problemText(error));
    return false;
  } finally {
    button.ariaBusy = null;
  }
}
