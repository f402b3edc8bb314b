// The list of one's conversations.
import { arrange, el } from "../dom.js";
import { moment } from "./format.js";
import { symbol } from "./icons.js";
import { onShow, page, showTalk } from "./page.js";
import { t } from "./strings.js";
import { unreadOf } from "./talks.js";
import { onDesk, onRoom, visitor } from "./visitor.js";
import { welcome } from "./welcome.js";

const greeting = el("div");
const list = el("ul", "rooms");
const begin = el("button", "button", { type: "button", onclick: () => showTalk(null) }, symbol("plus"), t.begin);
export const home = el("main", "home", { hidden: true }, greeting, el("h2", "", {}, t.conversations), list, begin);

/** Show the list as it is now. */
export function showList() {
  home.hidden = page.view !== "home";
  if (home.hidden) return;
  greeting.replaceChildren(welcome());
  const rooms = [...visitor.rooms.values()].sort((one, other) => (one.updated_at < other.updated_at ? 1 : -1));
  arrange(list, rooms.map((room) => [`${room.id}:${room.updated_at}:${room.status}:${unreadOf(room)}`, () => row(room)]));
}

function row(room) {
  const unread = unreadOf(room);
  const name = room.agent && (room.agent.full_name || room.agent.username);
  const line = [t.status[room.status], name, moment(room.updated_at)].filter(Boolean).join(" · ");
  const made = el("button", "room", { type: "button", onclick: () => showTalk(room.id) }, el("strong", "", {}, room.subject), el("small", "", {}, line));
  if (unread) made.append(el("span", "count", {}, String(unread), el("span", "unseen", {}, ` ${t.unread(unread)}`)));
  return el("li", "", {}, made);
}

onShow(() => {
  showList();
  if (page.view === "home") (list.querySelector("button") ?? begin).focus();
});
onRoom(showList);
onDesk(showList);
