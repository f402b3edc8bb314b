// The desk: puts its parts together, and loads what they show.
import { report } from "../ui.js";
import { chat, root, tell } from "../chat/page.js";
import { loadFilters } from "./filters.js";
import "../chat/composer.js";
import "../chat/details.js";
import "../chat/details-files.js";
import "../chat/heard.js";
import "../chat/message-tools.js";
import "../chat/reading.js";
import "../chat/typing-line.js";
import "./alerts.js";
import "./closed.js";
import "./head.js";
import "./keyboard.js";
import "./list.js";
import "./me.js";
import "./notes.js";
import "./panel-actions.js";
import "./panel-assign.js";
import "./panel-customer.js";
import "./panel-history.js";
import "./panel-ticket.js";
import "./ways.js";

await report(async () => {
  await Promise.all([chat.load(), loadFilters()]);
});
root.ariaBusy = "false";
tell("ready");
