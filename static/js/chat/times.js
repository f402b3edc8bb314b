// How moments read in a conversation.

const DAY = 86_400_000; // ms
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const weekday = new Intl.DateTimeFormat("en", { weekday: "long", day: "numeric", month: "long" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short", hourCycle: "h23" });
const date = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const dateOfYear = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", year: "numeric" });

/** "14:05" */
export const clockOf = (moment) => clock.format(new Date(moment));

/** Everything about a moment, for titles. */
export const fullOf = (moment) => full.format(new Date(moment));

/** The day of a moment where this browser is, to compare: "2026-11-25". */
export function dayOf(moment) {
  const at = new Date(moment);
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`;
}

/** "Today", "Yesterday", "Monday, 23 November", with the year if it is another one. */
export function dayName(moment, now = Date.now()) {
  const at = new Date(moment);
  if (dayOf(at) === dayOf(now)) return "Today";
  if (dayOf(at) === dayOf(now - DAY)) return "Yesterday";
  return at.getFullYear() === new Date(now).getFullYear() ? weekday.format(at) : dateOfYear.format(at);
}

/** "25 November 2026" */
export const dateOf = (moment) => dateOfYear.format(new Date(moment));

/** "14:05" today, else "Yesterday 14:05" or "23 Nov 14:05". */
export function shortOf(moment, now = Date.now()) {
  const at = new Date(moment);
  if (dayOf(at) === dayOf(now)) return clockOf(at);
  if (dayOf(at) === dayOf(now - DAY)) return `Yesterday ${clockOf(at)}`;
  return at.getFullYear() === new Date(now).getFullYear() ? `${date.format(at)} ${clockOf(at)}` : dateOfYear.format(at);
}

/** Fill a `<time>`. */
export function showTime(element, moment, text = clockOf(moment)) {
  element.dateTime = moment;
  element.title = fullOf(moment);
  element.textContent = text;
}
