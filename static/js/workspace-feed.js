// What happened in a workspace, live.
import { byId, copyOf, icon } from "./dom.js";
import { withCursor } from "./lists.js";
import { client } from "./shell.js";
import { report, run, showAgo } from "./ui.js";
import { id } from "./workspace.js";

const SYMBOLS = { message: "chat", channel: "hash", topic: "hash", member: "people", workspace: "team" };
const list = byId("feed");
const PAGE = 20;
let cursor = null;

async function load(isMore = false) {
  const path = withCursor(`/api/activities/?workspace_id=${id}&limit=${PAGE}`, isMore && cursor);
  const { data, next } = await client.api("GET", path);
  cursor = next;
  if (!isMore) list.replaceChildren();
  list.append(...data.map(row));
  showEnds();
}

function showEnds() {
  byId("more-feed").hidden = !cursor;
  byId("no-feed").hidden = list.children.length > 0;
}

function row(line) {
  const { root, parts } = copyOf("activity");
  root.dataset.activity = line.id;
  parts.mark.append(icon(SYMBOLS[line.type.split("_")[0]]));
  parts.text.textContent = line.summary;
  showAgo(parts.time, line.updated_at);
  return root;
}

/** A line that grows keeps its id and its place. */
function put(line) {
  const fresh = row(line);
  const before = list.querySelector(`[data-activity="${line.id}"]`);
  if (before) before.replaceWith(fresh);
  else list.prepend(fresh);
  fresh.classList.add("fresh");
  showEnds();
}

const begin = () =>
  report(async () => {
    await socket.ask("subscribe", { workspace_id: id });
    await load();
  });
const socket = client.follow("/activity", {
  connect: begin,
  resync: begin,
  activity_update: ({ activity }) => put(activity),
});
byId("more-feed").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load(true)));
await report(load); // the socket may take its time
