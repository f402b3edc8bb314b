// The chat page: puts its parts together, and loads what they show.
import { report } from "../ui.js";
import { chat, root, tell } from "./page.js";
import { loadTeams } from "./teams.js";
import "./add-people.js";
import "./begin.js";
import "./closed.js";
import "./composer.js";
import "./details.js";
import "./details-about.js";
import "./details-end.js";
import "./details-files.js";
import "./details-people.js";
import "./details-pins.js";
import "./header.js";
import "./heard.js";
import "./keyboard.js";
import "./list.js";
import "./message-tools.js";
import "./reading.js";
import "./title.js";
import "./typing-line.js";

await report(async () => {
  await chat.load();
  await loadTeams();
});
root.ariaBusy = "false";
tell("ready");
