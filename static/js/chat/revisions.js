// What a message said before it was edited.
import { report } from "../ui.js";
import { openDialog } from "../dialogs.js";
import { byId, el } from "../dom.js";
import { client } from "./page.js";
import { fullOf } from "./times.js";

/** Show the earlier versions of a message, the latest first. */
export function showRevisions(message) {
  return report(async () => {
    const { data } = await client.api("GET", `/api/messages/${message.id}/revisions/?limit=200`);
    byId("revision-list").replaceChildren(...data.map(({ body, written_at: moment }) =>
      el("li", "", {}, el("time", "small muted", { dateTime: moment, textContent: fullOf(moment) }), body)));
    openDialog(byId("revisions"));
  });
}
