// Lists of the API that come in pages.
import { client } from "./shell.js";

/** All of a list, however many pages it has. Throws PulseError. */
export async function allOf(path) {
  const found = [];
  let cursor = null;
  do {
    const { data, next } = await client.api("GET", withCursor(withQuery(path, "limit=200"), cursor));
    found.push(...data);
    cursor = next;
  } while (cursor);
  return found;
}

/** The path of a further page; of the first one without a cursor. */
export function withCursor(path, cursor) {
  return cursor ? withQuery(path, `cursor=${encodeURIComponent(cursor)}`) : path;
}

const withQuery = (path, query) => `${path}${path.includes("?") ? "&" : "?"}${query}`;
