// One workspace: its name and description, invitations, and the end of it.
import { confirmThen, openDialog } from "./dialogs.js";
import { byId, copyOf } from "./dom.js";
import { withCursor } from "./lists.js";
import { client, me } from "./shell.js";
import { setTitle } from "./title.js";
import { onSubmit, report, run, toast } from "./ui.js";

export const id = Number(byId("workspace").dataset.workspace);
export const path = `/api/workspaces/${id}/`;
export const ROLES = ["owner", "admin", "member", "guest"]; // the most powerful first

let workspace = null;
let cursor = null;

/** Whether one's own role manages the workspace. */
export const manages = (role) => ROLES.indexOf(role) <= 1;

/** The roles that somebody of a role may give: none above their own. */
export const givenBy = (role) => (manages(role) ? ROLES.slice(ROLES.indexOf(role)) : []);

/** Ask for the workspace; its promise is shared by all parts of the page. */
export const loaded = client.api("GET", path);

function show(found) {
  workspace = found;
  const { name, description, role } = workspace;
  byId("title").textContent = name;
  byId("mark").textContent = [...name][0].toUpperCase();
  byId("about").textContent = description;
  setTitle("news", 0, name);
  for (const part of ["edit", "add", "invitations-part"]) byId(part).hidden = !manages(role);
  byId("delete").hidden = role !== "owner";
  byId("workspace").ariaBusy = "false";
}

async function loadInvitations(isMore = false) {
  const { data, next } = await client.api("GET", withCursor(`${path}invitations/`, isMore && cursor));
  const list = byId("invitations");
  cursor = next;
  if (!isMore) list.replaceChildren();
  list.append(...data.map(invitation));
  byId("more-invitations").hidden = !next;
  byId("no-invitations").hidden = list.children.length > 0;
}

function invitation({ id: number, email, role, expires_at: end }) {
  const { root, parts } = copyOf("invitation");
  parts.email.textContent = email;
  const day = new Date(end).toLocaleDateString("en", { day: "numeric", month: "long" });
  parts.note.textContent = `As ${role}, until ${day}`;
  parts.withdraw.setAttribute("aria-label", `Withdraw the invitation of ${email}`);
  parts.withdraw.addEventListener("click", () =>
    run(parts.withdraw, async () => {
      await client.api("DELETE", `${path}invitations/${number}/`);
      await loadInvitations();
    }));
  return root;
}

byId("edit").addEventListener("click", () => {
  openDialog(byId("edit-dialog"));
  byId("name").value = workspace.name;
  byId("description").value = workspace.description;
});
onSubmit(byId("edit-form"), async (values) => {
  show(await client.api("PATCH", path, values));
  byId("edit-dialog").close();
});
byId("add").addEventListener("click", () => {
  openDialog(byId("invite-dialog"));
  byId("role").replaceChildren(...givenBy(workspace.role).map((role) => new Option(role, role)));
  byId("role").value = "member";
});
onSubmit(byId("invite-form"), async (values) => {
  await client.api("POST", `${path}invitations/`, values);
  byId("invite-dialog").close();
  toast(`The invitation is on its way to ${values.email}.`);
  await loadInvitations();
});
byId("more-invitations").addEventListener("click", ({ currentTarget: more }) => run(more, () => loadInvitations(true)));
byId("leave").addEventListener("click", () =>
  confirmThen(`Leave ${workspace.name}?`, "You leave all its channels, too.", "Leave", async () => {
    await client.api("DELETE", `${path}members/${me}/`);
    location.assign("/workspaces");
  }));
byId("delete").addEventListener("click", () =>
  confirmThen(`Delete ${workspace.name}?`, "Its channels and messages go with it, for everybody.", "Delete", async () => {
    await client.api("DELETE", path);
    location.assign("/workspaces");
  }));
await report(async () => {
  show(await loaded);
  if (manages(workspace.role)) await loadInvitations();
});
