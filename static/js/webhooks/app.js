// One's webhooks: a list, a new one, and what can be done with each.
import { confirmThen, openDialog } from "../dialogs.js";
import { byId, copyOf } from "../dom.js";
import { allOf, withCursor } from "../lists.js";
import { client } from "../shell.js";
import { onSubmit, report, run, toast } from "../ui.js";
import { openLog } from "./log.js";

const PATH = "/api/webhooks/";
const WHY_OFF = {
  gone: "Its server answered that it is gone (410).",
  failing: "It failed for five days.",
  owner_may_not: "Its owner has no right to it any more.",
  admin: "An admin switched it off.",
};
const list = byId("hooks");
const names = new Map(); // workspace id -> name
let cursor = null;
let edited = null;

async function load(isMore = false) {
  const { data, next } = await client.api("GET", withCursor(`${PATH}?limit=50`, isMore && cursor));
  cursor = next;
  list.append(...data.map(card));
  list.ariaBusy = "false";
  byId("more").hidden = !next;
  showWhetherAny();
}

const showWhetherAny = () => (byId("no-hooks").hidden = list.children.length > 0);

function card(hook) {
  const { id, is_enabled: isOn, workspace_id: workspace } = hook;
  const { root, parts } = copyOf("hook");
  root.id = `webhook-${id}`;
  parts.url.textContent = hook.url;
  parts.state.textContent = isOn ? (hook.failing_since ? "Failing" : "On") : "Off";
  parts.state.classList.add(isOn && !hook.failing_since ? "ok" : "danger");
  parts.of.textContent = workspace === null ? "The whole server" : (names.get(workspace) ?? `Workspace ${workspace}`);
  parts.about.textContent = [hook.description && ` · ${hook.description}`, hook.is_ordered && " · in order"].filter(Boolean).join("");
  parts.events.textContent = hook.events.join(", ");
  parts.trouble.hidden = isOn || !hook.disabled_reason;
  parts.trouble.textContent = WHY_OFF[hook.disabled_reason] ?? "";
  parts.toggle.textContent = isOn ? "Switch off" : "Switch on";
  const does = {
    test: async () => {
      await client.api("POST", `${PATH}${id}/test/`);
      toast("A test is on its way. The log says what comes of it.");
    },
    log: () => openLog(hook),
    edit: () => edit(hook),
    rotate: () => confirmThen("Make a new secret?", "The old one signs too for 24 hours.", "Make a new secret", async () => {
      showSecret((await client.api("POST", `${PATH}${id}/rotate-secret/`)).secret);
    }),
    toggle: async () => renew(await client.api("PATCH", `${PATH}${id}/`, { is_enabled: !isOn })),
    remove: () => confirmThen("Delete this webhook?", "What waits for it is not sent.", "Delete", async () => {
      await client.api("DELETE", `${PATH}${id}/`);
      root.remove();
      showWhetherAny();
    }),
  };
  for (const [name, action] of Object.entries(does)) {
    parts[name].addEventListener("click", () => run(parts[name], async () => action()));
  }
  return root;
}

function renew(hook) {
  byId(`webhook-${hook.id}`).replaceWith(card(hook));
}

function edit(hook) {
  openDialog(byId("edit-dialog"));
  edited = hook.id;
  const { elements } = byId("edit-form");
  for (const name of ["url", "description"]) elements[name].value = hook[name];
  elements.events.value = hook.events.join(", ");
  elements.is_ordered.checked = hook.is_ordered;
}

function showSecret(secret) {
  byId("secret").textContent = secret;
  byId("secret-note").textContent = "Its receiver checks with it that a message is from Pulse. Keep it as you keep a password.";
  openDialog(byId("secret-dialog"));
}

/** The values of a form as the API takes them. */
const asked = ({ url, events, description, is_ordered: isOrdered }) => ({
  url,
  events: events.split(",").map((name) => name.trim()).filter(Boolean),
  description,
  is_ordered: isOrdered === "on",
});

onSubmit(byId("create"), async (values, form) => {
  const workspace = Number(values.workspace_id) || null;
  const made = await client.api("POST", PATH, { ...asked(values), workspace_id: workspace });
  list.prepend(card(made));
  showWhetherAny();
  form.reset();
  showSecret(made.secret);
});
onSubmit(byId("edit-form"), async (values) => {
  renew(await client.api("PATCH", `${PATH}${edited}/`, asked(values)));
  byId("edit-dialog").close();
});
byId("copy-secret").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(byId("secret").textContent);
    toast("The secret is copied.");
  } catch {
    toast("The browser does not let this page copy.", "danger");
  }
});
byId("more").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load(true)));
await report(async () => {
  for (const { id, name, role } of await allOf("/api/workspaces/")) {
    names.set(id, name);
    if (role === "owner" || role === "admin") byId("workspace_id").add(new Option(name, id));
  }
  byId("create").hidden = !byId("workspace_id").options.length;
  byId("manages-none").hidden = !byId("create").hidden;
  await load();
});
