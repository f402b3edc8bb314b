// Canned replies: "/" offers them by name and words, and puts the text in, with the customer's name.
import { el } from "../dom.js";
import { client, on } from "../chat/page.js";
import { attachPicker } from "../chat/picker.js";
import { nameOf, ticket } from "./desk.js";

const BEGUN = /(?:^|\s)\/([\w-]*)$/;
const MOST = 8; // offers
const KEPT = 60_000; // ms after which they are asked for again
let replies = null; // or a promise of them, until they are there first
let askedAt = -Infinity;

/** Offer canned replies while "/..." is written in `area`; see attachPicker. */
export const attachCanned = (area, list) =>
  attachPicker(area, list, {
    begun: BEGUN,
    back: 1, // the "/" goes, too
    find: async (words) => {
      refresh();
      return fitting(await replies, words.toLowerCase());
    },
    row: ({ name, body }) => [el("strong", "", {}, `/${name}`), el("span", "muted canned-text", {}, filled(body))],
    text: ({ body }) => filled(body),
  });

/** Ask for them in time: they are there when somebody begins to write a name. Those known before hold until then. */
function refresh() {
  if (performance.now() - askedAt < KEPT) return;
  askedAt = performance.now();
  const asked = client.api("GET", "/api/canned-replies/").then(({ data }) => data);
  const failed = () => {
    askedAt = -Infinity;
    return [];
  };
  replies ??= asked.catch(failed);
  asked.then((found) => (replies = found), failed);
}

on("opening", (id) => id !== null && refresh());

const filled = (body) => body.replaceAll("{{customer}}", () => nameOf(ticket()?.user));

/** Those whose name begins so, then those that have a word which does. */
function fitting(all, begun) {
  const rank = ({ name, body }) => {
    if (name.toLowerCase().startsWith(begun)) return 0;
    if (name.toLowerCase().includes(begun)) return 1;
    return body.toLowerCase().split(/\s+/).some((word) => word.startsWith(begun)) ? 2 : 3;
  };
  const found = all.filter((reply) => rank(reply) < 3);
  return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
}
