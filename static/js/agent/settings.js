// The settings of the desk: puts their parts together.
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { loadReplies } from "./settings-replies.js";

const parts = [loadReplies];
if (document.body.dataset.role === "admin") {
  const [{ loadTargets }, { loadTeams }, { loadWidgets }] = await Promise.all([
    import("./settings-targets.js"),
    import("./settings-teams.js"),
    import("./settings-widgets.js"),
  ]);
  parts.push(loadTeams, loadTargets, loadWidgets);
}
await report(() => Promise.all(parts.map((load) => load())));
byId("settings").ariaBusy = "false";
