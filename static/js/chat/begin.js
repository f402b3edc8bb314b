// Beginning something: a direct conversation by username, a channel, joining one.
import { onSubmit, report, run, toast } from "../ui.js";
import { openDialog } from "../dialogs.js";
import { byId } from "../dom.js";
import { openBrowser } from "./browse.js";
import { chat, client, on, open, tell } from "./page.js";
import { openBeside } from "./popups.js";
import { goToConversation } from "./opening.js";
import { chosenTeam } from "./teams.js";

/** Open the direct conversation with whoever has exactly this username. Throws PulseError. */
export async function writeTo(username) {
  const conversation = await client.api("POST", "/api/conversations/", { username });
  chat.put(conversation);
  await goToConversation(conversation.id);
}

const openDirect = () => openDialog(byId("direct-dialog"));
const openBrowse = () => (chosenTeam() === null ? tellNoTeam() : report(openBrowser));
const tellNoTeam = () => toast("Channels belong to a workspace. Create one, or join one, on the page Workspaces.");

onSubmit(byId("direct-form"), async ({ username }) => {
  await writeTo(username.replace(/^@/, "").trim());
  byId("direct-dialog").close(); // which gives the focus back to its button
  tell("compose");
});
onSubmit(byId("channel-form"), async ({ name, topic, is_private: isPrivate }) => {
  const body = { workspace_id: chosenTeam(), name, topic, is_private: Boolean(isPrivate) };
  const conversation = await client.api("POST", "/api/channels/", body);
  chat.put(conversation);
  byId("channel-dialog").close();
  await goToConversation(conversation.id);
});
for (const id of ["write", "add-direct", "none-write"]) byId(id).addEventListener("click", openDirect);
byId("none-browse").addEventListener("click", openBrowse);
byId("add-channel").addEventListener("click", ({ currentTarget }) => openBeside(byId("channel-menu"), currentTarget));
byId("browse").addEventListener("click", () => {
  byId("channel-menu").hidePopover();
  openBrowse();
});
byId("new-channel").addEventListener("click", () => {
  byId("channel-menu").hidePopover();
  if (chosenTeam() === null) tellNoTeam();
  else openDialog(byId("channel-dialog"));
});
byId("join").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => join(open.id)));

/** Join a public channel, and go there. */
export async function join(id) {
  chat.put(await client.api("POST", `/api/channels/${id}/join/`));
  await goToConversation(id, { isNew: open.id !== id });
}

on("join", (id) => report(() => join(id)));
