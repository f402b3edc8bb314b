// What a webhook was told: each delivery with its attempts, and sending again.
import { openDialog } from "../dialogs.js";
import { byId, copyOf, el } from "../dom.js";
import { withCursor } from "../lists.js";
import { client } from "../shell.js";
import { onSubmit, run, showAgo, toast } from "../ui.js";

const LOOK = { delivered: "ok", failed: "danger", pending: "warn" };
const list = byId("deliveries");
let path = "";
let cursor = null;

/** Show the log of a webhook. */
export function openLog(hook) {
  path = `/api/webhooks/${hook.id}/`;
  list.replaceChildren();
  openDialog(byId("log-dialog"));
  const { elements } = byId("replay");
  elements.since.value = local(Date.now() - 3_600_000);
  elements.until.value = local(Date.now() + 60_000); // fields know no seconds
  return load();
}

/** A moment as `datetime-local` fields have it. */
function local(milliseconds) {
  const moment = new Date(milliseconds);
  return new Date(milliseconds - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

async function load(isMore = false) {
  const from = path;
  const { data, next } = await client.api("GET", withCursor(`${path}deliveries/?limit=50`, isMore && cursor));
  if (from !== path) return;
  cursor = next;
  if (isMore) list.append(...data.map(row));
  else list.replaceChildren(...data.map(row));
  byId("more-deliveries").hidden = !next;
  byId("no-deliveries").hidden = list.children.length > 0;
}

function row(delivery) {
  const { root, parts } = copyOf("delivery");
  parts.type.textContent = delivery.type;
  const when = el("time", "", { dateTime: delivery.occurred_at });
  showAgo(when, delivery.occurred_at);
  parts.when.append(when);
  parts.state.textContent = delivery.status;
  parts.state.classList.add(LOOK[delivery.status]);
  parts.attempts.append(...delivery.attempts.map(attempt));
  parts.again.addEventListener("click", () => run(parts.again, async () => {
    await client.api("POST", `${path}deliveries/${delivery.id}/retry/`);
    await load();
  }));
  return root;
}

function attempt({ at, milliseconds, status_code: code, answer, error }) {
  const time = new Date(at).toLocaleTimeString("en", { hourCycle: "h23" });
  const outcome = code === null ? error : `${code} ${answer}`.trim();
  return el("span", "attempt", { textContent: `${time} · ${milliseconds} ms · ${outcome}` });
}

onSubmit(byId("replay"), async ({ since, until }) => {
  const range = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
  const { replayed } = await client.api("POST", `${path}replay/`, range);
  toast(replayed === 1 ? "1 event is sent again." : `${replayed} events are sent again.`);
  await load();
});
byId("reload").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load()));
byId("more-deliveries").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load(true)));
