// Times, lengths of time and sizes as people read them.
import { locale, t } from "./strings.js";

const UNITS = [["s", 60], ["min", 60], ["h", 24], ["d", Infinity]];
const SIZES = ["B", "kB", "MB", "GB"];

/** "40 s", "3 min", "2 h": of seconds. */
export function length(seconds) {
  let amount = Math.max(1, seconds);
  for (const [unit, most] of UNITS) {
    if (Math.round(amount) < most) return `${Math.round(amount)} ${unit}`;
    amount /= most;
  }
}

/** "48 kB": of bytes. */
export function size(bytes) {
  let unit = 0;
  for (; bytes >= 1000 && unit < SIZES.length - 1; unit += 1) bytes /= 1000;
  return `${(bytes < 10 && unit ? bytes.toFixed(1) : Math.round(bytes)).toLocaleString(locale)} ${SIZES[unit]}`;
}

/** "14:05", on other days with the date. */
export function moment(at, now = new Date()) {
  const date = new Date(at);
  const isToday = date.toDateString() === now.toDateString();
  const day = isToday ? {} : { day: "numeric", month: "short" };
  return date.toLocaleString(locale, { ...day, hour: "2-digit", minute: "2-digit" });
}

/** "today 14:00", "tomorrow 9:00", "Monday 9:00": of a moment to come. */
export function coming(at, now = new Date()) {
  const date = new Date(at);
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  const time = date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return `${t.today} ${time}`;
  if (date.toDateString() === tomorrow.toDateString()) return `${t.tomorrow} ${time}`;
  const isSoon = date - now < 6 * 86_400_000;
  const day = isSoon ? { weekday: "long" } : { day: "numeric", month: "long" };
  return `${date.toLocaleDateString(locale, day)} ${time}`;
}

/** How soon an answer may be expected, from an estimate of the API; "" without one. */
export function answersIn(estimate) {
  if (!estimate) return "";
  const [from, to] = estimate.half;
  return t.answers(length(estimate.median_seconds), length(from), length(to));
}
