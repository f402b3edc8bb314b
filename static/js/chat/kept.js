// What this browser keeps for one user: drafts, the chosen workspace, folded sections, emoji used lately.
import { stored, store } from "../../pulse-api.js";
import { me } from "../shell.js";

const name = (key) => `pulse-chat-${me}-${key}`;

/** What is kept under a key, else `otherwise`. */
export function keptValue(key, otherwise) {
  try {
    return JSON.parse(stored(name(key), () => JSON.stringify(otherwise)));
  } catch {
    return otherwise;
  }
}

/** Keep a value under a key. */
export const keep = (key, value) => store(name(key), JSON.stringify(value));

/** Keep nothing under a key any more. */
export function forget(key) {
  try {
    localStorage.removeItem(name(key));
  } catch { /* storage is forbidden here: there is nothing */ }
}
