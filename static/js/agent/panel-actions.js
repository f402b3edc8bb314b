// What one does with a ticket: resolve, close, reopen, snooze, mail the transcript.
import { onSubmit, report, toast } from "../ui.js";
import { confirmThen, openDialog } from "../dialogs.js";
import { byId } from "../dom.js";
import { openBeside } from "../chat/popups.js";
import { shortOf } from "../chat/times.js";
import { act, onTicket, ticket } from "./desk.js";

const button = (name) => byId(`do-${name}`);
const isDone = ({ status }) => status === "resolved" || status === "closed";

onTicket((one) => {
  if (!one) return;
  const isClosed = one.status === "closed";
  button("resolve").hidden = isDone(one);
  button("reopen").hidden = !isDone(one);
  button("close").hidden = isClosed;
  button("snooze").hidden = isDone(one);
  button("wake").hidden = !one.desk.snoozed_until;
  button("transcript").hidden = false;
  if (one.desk.snoozed_until) button("wake").title = `Snoozed until ${shortOf(one.desk.snoozed_until)}`;
  byId("resolve").hidden = isClosed;
  byId("resolve").lastElementChild.textContent = isDone(one) ? "Reopen" : "Resolve";
});

/** Resolve the open ticket, or reopen it if it is done. Throws PulseError. */
export async function resolve() {
  const one = ticket();
  if (one) await act(one, isDone(one) ? "reopen" : "resolve");
}

/** Open the menu of times until which the ticket is put off. */
export function openSnooze(anchor = button("snooze")) {
  const one = ticket();
  if (one && !isDone(one)) openBeside(byId("snooze-menu"), anchor, (name) => snooze(TIMES[name]()));
}

/** Nine in the morning, some days from now. */
function morning(days) {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(9, 0, 0, 0);
  return at;
}

const TIMES = {
  hour: () => new Date(Date.now() + 3_600_000),
  tomorrow: () => morning(1),
  week: () => morning(((8 - new Date().getDay()) % 7) || 7), // the next Monday
};

const snooze = (until) => report(async () => {
  await act(ticket(), "snooze", { until: until?.toISOString() ?? null });
  toast(until ? `Put off until ${shortOf(until)}, or until the customer writes.` : "Shown again.");
});

byId("resolve").addEventListener("click", () => report(resolve));
button("resolve").addEventListener("click", () => report(resolve));
button("reopen").addEventListener("click", () => report(resolve));
button("close").addEventListener("click", () => {
  const one = ticket();
  confirmThen("Close this ticket?", "Nobody writes in it until it is reopened.", "Close", () => act(one, "close"));
});
button("snooze").addEventListener("click", () => openSnooze());
button("wake").addEventListener("click", () => snooze(null));
onSubmit(byId("snooze-form"), async ({ until }) => {
  byId("snooze-menu").hidePopover();
  await snooze(new Date(until));
});
button("transcript").addEventListener("click", () => {
  openDialog(byId("transcript-dialog"));
  byId("email").value = ticket().desk.customer?.email ?? "";
});
onSubmit(byId("transcript-form"), async ({ email }) => {
  await act(ticket(), "transcript", { email });
  byId("transcript-dialog").close();
  toast("It is on its way.");
});
