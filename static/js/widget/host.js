// The page around the frame. It is spoken with by messages, of which only those of an allowed origin are heard; the
// first one that speaks is the one for good.
import { News } from "../../pulse-news.js";

const { key, origins, uploadMax, beat } = document.body.dataset;

/** What the server says about this widget. */
export const settings = { key, uploadMax: Number(uploadMax), beatEvery: Number(beat) * 1000 };

/** The page around, as it is now. `isOpen`: whether the widget is to be seen. */
export const host = { page: null, customer: null, isOpen: false };

const allowed = new Set([...JSON.parse(origins), location.origin]);
const news = new News();
let origin = null;

/** Call `fn(data)` on "hello", "opened", "closed" or "page". */
export const onHost = (event, fn) => news.on(event, fn);

/** Whether somebody looks at the widget. */
export const isLooking = () => host.isOpen && !document.hidden;

/** Tell the page around something: "ready", "close", "unread". */
export function tellHost(type, more) {
  if (origin) parent.postMessage({ pulse: 1, type, ...more }, origin);
}

addEventListener("message", ({ source, origin: from, data }) => {
  if (source !== parent || source === window || data?.pulse !== 1) return;
  if (!allowed.has(from) || (origin && from !== origin)) return;
  origin = from;
  if (data.type === "hello") Object.assign(host, { page: data.page, customer: data.customer, isOpen: data.isOpen });
  else if (data.type === "page") host.page = data.page;
  else if (data.type === "opened" || data.type === "closed") host.isOpen = data.type === "opened";
  else return;
  news.tell(data.type, data);
});
