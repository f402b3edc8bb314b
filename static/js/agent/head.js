// The head of the open ticket, how its conversation began, and who else looks at it.
import { fillAvatar, STATUS_LABELS } from "../ui.js";
import { byId, el } from "../dom.js";
import { me, on, open } from "../chat/page.js";
import { dateOf } from "../chat/times.js";
import { desk, nameOf, onTicket } from "./desk.js";
import { showSpan } from "./waits.js";

const topic = byId("talk-topic");

onTicket((ticket) => {
  byId("talk-name").textContent = ticket?.subject ?? "";
  if (!ticket) return topic.replaceChildren();
  const { user, agent, status, desk: part } = ticket;
  const avatar = el("span", "avatar");
  fillAvatar(avatar, { user_id: user?.id ?? 0, ...user }, user?.presence ?? "offline");
  byId("talk-mark").replaceChildren(avatar);
  const answers = agent ? (agent.id === me ? "yours" : `${nameOf(agent)} answers`) : "nobody answers yet";
  const facts = [nameOf(user), STATUS_LABELS[user?.presence ?? "offline"], status === "active" ? answers : status];
  topic.replaceChildren(facts.join(" · "));
  if (part.awaits_since) {
    const wait = el("span", "number");
    showSpan(wait, part.awaits_since, " · waits ");
    topic.append(wait);
  }
  byId("talk-begin").replaceChildren(
    el("h3", "", { textContent: ticket.subject }),
    el("p", "muted", { textContent: `${nameOf(user)} asked this on ${dateOf(ticket.created_at)}.` }),
  );
});

function showViewers() {
  const others = (desk.viewers.get(open.id) ?? []).filter(({ id }) => id !== me);
  const place = byId("viewers");
  place.hidden = !others.length;
  const names = others.map(nameOf).join(", ");
  place.title = `${names} ${others.length === 1 ? "looks" : "look"} at this, too`;
  place.replaceChildren(...others.slice(0, 3).map((person) => {
    const avatar = el("span", "avatar small", { ariaHidden: "true" });
    fillAvatar(avatar, { user_id: person.id, ...person });
    return avatar;
  }), el("span", "viewers-text small", {}, place.title));
}

const look = () => desk.view(document.hidden ? null : open.id);

on("opening", () => {
  look();
  showViewers();
});
desk.on("viewers", (id) => id === open.id && showViewers());
document.addEventListener("visibilitychange", look);
