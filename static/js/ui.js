// Small helpers of the pages: forms, toasts, avatars, times. Text from people goes in as textContent only.
import { PulseError } from "../pulse-client.js";

export const STATUS_LABELS = { online: "Online", away: "Away", busy: "Busy", offline: "Offline" };

/** A short message at the edge of the page; screen readers hear it. */
export function toast(text, kind = "") {
  const item = document.createElement("div");
  item.className = `toast ${kind}`;
  item.textContent = text;
  document.getElementById("toasts").append(item);
  setTimeout(() => item.remove(), 7000);
}

/** Run an action for a button, once at a time; refusals become toasts. (A disabled button would lose the focus.) */
export async function run(button, action) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    await report(action);
  } finally {
    button.ariaBusy = null;
  }
}

/** Run an action; refusals become toasts. */
export async function report(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof PulseError)) throw error;
    toast(error.detail, "danger");
  }
}

/**
 * Send a form through `action(values, form)`; refusals are written beside the fields they concern. Its button, disabled
 * in the page so that the browser does not send the form before this, is enabled.
 */
export function onSubmit(form, action) {
  const button = form.querySelector("[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    showErrors(form, null);
    try {
      await action(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      if (!(error instanceof PulseError)) throw error;
      showErrors(form, error);
    } finally {
      button.ariaBusy = null;
    }
  });
  button.disabled = false;
}

function showErrors(form, error) {
  const rest = { ...error?.errors };
  let first = null;
  for (const place of form.querySelectorAll(".field .error")) {
    const name = place.id.replace(/-error$/, "");
    const input = document.getElementById(name);
    const keys = Object.keys(rest).filter((key) => `${key}.`.startsWith(`${input.name}.`)); // "events.0" too
    place.textContent = keys.flatMap((key) => rest[key]).join(" ");
    for (const key of keys) delete rest[key];
    if (keys.length) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (keys.length) first ??= input;
  }
  const box = form.querySelector(".form-error");
  const texts = Object.values(rest).flat();
  if (error && !first && !texts.length) texts.push(error.detail);
  if (box) {
    box.textContent = texts.join(" ");
    box.hidden = !texts.length;
  } else if (texts.length) toast(texts.join(" "), "danger");
  if (first) first.focus();
  else if (box && texts.length) box.focus();
}

/** Fill an `.avatar` element with a person's picture or initial, and the mark of their presence if given. */
export function fillAvatar(element, { user_id: id, avatar_url: url, full_name: name, username }, status) {
  element.dataset.tone = id % 6;
  const parts = [];
  if (url) {
    const image = document.createElement("img");
    image.src = url;
    image.alt = "";
    parts.push(image);
  } else parts.push([...(name || username || "?")][0].toUpperCase());
  if (status) {
    const seat = document.createElement("span");
    seat.className = "seat";
    seat.append(dot(status));
    parts.push(seat);
  }
  element.replaceChildren(...parts);
}

/** The mark of a presence. */
export function dot(status) {
  const mark = document.createElement("span");
  mark.className = "dot";
  mark.dataset.status = status;
  return mark;
}

const UNITS = [[60, 60, "min"], [3600, 24, "h"]];

/** "just now", "5 min ago", "3 h ago", "yesterday", else the date. */
export function ago(moment, now = Date.now()) {
  const date = new Date(moment);
  const seconds = Math.max(0, (now - date) / 1000);
  if (seconds < 60) return "just now";
  for (const [size, most, unit] of UNITS) {
    if (seconds / size < most) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  if (seconds < 48 * 3600) return "yesterday";
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString("en", { day: "numeric", month: "short", year: isThisYear ? undefined : "numeric" });
}

/** Make a `<time>` say how long ago a moment was; it stays right by itself. */
export function showAgo(element, moment, prefix = "") {
  element.dataset.ago = prefix;
  element.dateTime = moment ?? "";
  element.title = moment ? new Date(moment).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" }) : "";
  element.textContent = moment ? prefix + ago(moment) : "";
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const text = element.dateTime && element.dataset.ago + ago(element.dateTime);
    if (element.textContent !== text) element.textContent = text;
  }
}, 15_000);
