// What this browser keeps of a widget, or this page alone where storage is forbidden.
import { browserStorage } from "../../pulse-api.js";
import { settings } from "./host.js";

const storage = browserStorage();
const own = new Map();
const nameOf = (what) => `pulse-widget:${settings.key}:${what}`;

/** A text, or null. */
export function kept(what) {
  try {
    return storage ? storage.getItem(nameOf(what)) : (own.get(what) ?? null);
  } catch {
    return own.get(what) ?? null;
  }
}

/** Keep a text; null: keep it no longer. */
export function keep(what, text) {
  own.set(what, text);
  try {
    if (text === null) storage?.removeItem(nameOf(what));
    else storage?.setItem(nameOf(what), text);
  } catch { /* full: it lives as long as the page */ }
}
