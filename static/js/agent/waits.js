// How long something takes or has taken, in words that go on by themselves.

/** "45 s", "4 min", "2 h 5 min", "3 d". */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

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
