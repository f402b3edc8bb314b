// All channels of the workspace that one may see: to look into, or to join.
import { openDialog } from "../dialogs.js";
import { byId, copyOf, icon } from "../dom.js";
import { allOf } from "../lists.js";
import { tell } from "./page.js";
import { goToConversation } from "./opening.js";
import { chosenTeam, teamOf } from "./teams.js";

const dialog = byId("browse-dialog");
const filter = byId("browse-filter");
let channels = [];

/** Open the list of channels. Throws PulseError. */
export async function openBrowser() {
  channels = await allOf(`/api/channels/?workspace_id=${chosenTeam()}`);
  byId("browse-head").textContent = `Channels of ${teamOf().name}`;
  filter.value = "";
  show();
  openDialog(dialog);
  filter.focus();
}

function show() {
  const wanted = filter.value.trim().toLowerCase();
  const found = channels.filter(({ name, topic }) => `${name} ${topic}`.toLowerCase().includes(wanted));
  byId("browse-list").replaceChildren(...found.map(row));
  byId("browse-none").hidden = found.length > 0;
  const none = wanted ? `No channel is called “${filter.value.trim()}”.` : "There are no channels yet.";
  byId("browse-none").textContent = none;
}

function row(channel) {
  const { root, parts } = copyOf("channel-pick");
  parts.mark.append(icon(channel.is_private ? "lock" : "hash"));
  parts.name.textContent = channel.name;
  const facts = [channel.is_archived && "Archived", channel.is_member && "You are in it", channel.topic];
  parts.note.textContent = facts.filter(Boolean).join(" · ");
  const mayJoin = !channel.is_member && !channel.is_archived;
  parts.go.textContent = mayJoin ? "Join" : "Open";
  parts.go.classList.toggle("primary", mayJoin);
  parts.go.setAttribute("aria-label", `${parts.go.textContent} ${channel.name}`);
  parts.go.addEventListener("click", () => {
    dialog.close();
    if (mayJoin) tell("join", channel.id);
    else goToConversation(channel.id);
  });
  return root;
}

filter.addEventListener("input", show);
