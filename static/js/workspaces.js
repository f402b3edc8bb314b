// The workspaces one is in, and a new one.
import { byId, copyOf } from "./dom.js";
import { withCursor } from "./lists.js";
import { client } from "./shell.js";
import { onSubmit, report, run } from "./ui.js";

const list = byId("teams");
let cursor = null;

async function load(isMore = false) {
  const { data, next } = await client.api("GET", withCursor("/api/workspaces/?limit=50", isMore && cursor));
  cursor = next;
  list.append(...data.map(card));
  list.ariaBusy = "false";
  byId("more").hidden = !next;
  byId("no-teams").hidden = list.children.length > 0;
}

function card({ id, name, description, role, member_count: count }) {
  const { root, parts } = copyOf("team");
  root.querySelector("a").href = `/workspaces/${id}`;
  parts.mark.textContent = [...name][0].toUpperCase();
  parts.name.textContent = name;
  const people = count === 1 ? "1 person" : `${count} people`;
  parts.note.textContent = `${people} · your role: ${role}`;
  parts.about.textContent = description;
  return root;
}

onSubmit(byId("create"), async (values) => {
  const { id } = await client.api("POST", "/api/workspaces/", values);
  location.assign(`/workspaces/${id}`);
});
byId("more").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load(true)));
await report(load);
