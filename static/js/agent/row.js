// One ticket in the list.
import { fillAvatar } from "../ui.js";
import { copyOf, el, icon, showCount } from "../dom.js";
import { addressOf, chat, me, open } from "../chat/page.js";
import { shortOf } from "../chat/times.js";
import { nameOf } from "./desk.js";
import { alarmOf } from "./promises.js";
import { showNoSpan, showSpan } from "./waits.js";

const MARKS = { urgent: "danger", high: "warn", low: "" };
const STATES = { waiting: "Waiting", resolved: "Resolved", closed: "Closed" };

/** An empty row for a ticket: `{ root, link, parts }`. */
export function makeRow(id) {
  const row = copyOf("ticket-row");
  row.link = row.root.querySelector("a");
  row.link.href = addressOf(id);
  row.link.dataset.conversation = id;
  return row;
}

/** Show a ticket in its row; `who` are the usernames of those who type in it. */
export function fillRow({ link, parts }, ticket, who = []) {
  const { user, desk } = ticket;
  const name = nameOf(user);
  const unread = chat.conversations.get(ticket.conversation_id)?.unread_count ?? 0;
  fillAvatar(parts.avatar, { user_id: user?.id ?? 0, ...user }, user?.presence ?? "offline");
  parts.name.textContent = name;
  parts.subject.textContent = who.length ? "is typing …" : ticket.subject;
  parts.subject.classList.toggle("is-typing", who.length > 0);
  if (desk.awaits_since) showSpan(parts.wait, desk.awaits_since, "waits ");
  else showNoSpan(parts.wait, "");
  parts.wait.classList.toggle("is-late", alarmOf(ticket)?.state === "missed");
  showCount(parts.count, unread, "unread");
  const signs = signsOf(ticket);
  const mark = JSON.stringify(signs);
  if (parts.signs.dataset.mark !== mark) {
    parts.signs.dataset.mark = mark;
    parts.signs.replaceChildren(...signs.map(signElement));
  }
  link.classList.toggle("is-unread", unread > 0);
  link.classList.toggle("is-snoozed", Boolean(desk.snoozed_until));
  link.title = `${ticket.subject} · ${name} (${user?.presence ?? "offline"})`;
  if (ticket.conversation_id === open.id) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

/** What stands below the subject: [kind, text, symbol]. */
function signsOf(ticket) {
  const { priority, status, tags, agent, desk } = ticket;
  const alarm = alarmOf(ticket);
  const signs = [];
  if (alarm) signs.push([alarm.state === "missed" ? "danger" : "warn", `${alarm.label} ${alarm.state === "missed" ? "missed" : "due soon"}`, "alert"]);
  if (priority in MARKS) signs.push([MARKS[priority], priority, ""]);
  if (desk.snoozed_until) signs.push(["", `until ${shortOf(desk.snoozed_until)}`, "clock"]);
  if (STATES[status]) signs.push([status === "waiting" ? "accent" : "", STATES[status], ""]);
  if (agent && agent.id !== me) signs.push(["", nameOf(agent), "user"]);
  return [...signs, ...tags.map((tag) => ["tag", tag, ""])];
}

const signElement = ([kind, text, symbol]) => el("span", `badge ${kind}`, {}, ...(symbol ? [icon(symbol)] : []), text);
