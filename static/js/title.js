// The title of the window: how much waits for the reader, and what the page is.

const parts = document.title.split(" · ");
const counts = {}; // source -> number

/** Say how much waits, by source: what a page itself counts ("page"), else notifications ("news"). */
export function setTitle(source, count, name) {
  counts[source] = count;
  if (name !== undefined) parts[0] = name;
  const waiting = counts.page ?? counts.news ?? 0;
  document.title = `${waiting ? `(${waiting}) ` : ""}${parts.join(" · ")}`;
}
