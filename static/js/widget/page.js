// What the frame shows now: a list of conversations, or one of them, or one that begins.
import { News } from "../../pulse-news.js";
import { visitor } from "./visitor.js";

const news = new News();

/** `view`: home or talk. `room`: the id of the ticket that is open, null while it begins. */
export const page = { view: "talk", room: null };

/** Call `fn()` when something else is shown. */
export const onShow = (fn) => news.on("show", fn);

/** The ticket that is open, or undefined. */
export const openRoom = () => visitor.rooms.get(page.room);

export function showHome() {
  go("home", null);
}

/** Show a ticket, or with null where one begins. */
export function showTalk(id) {
  go("talk", id);
}

function go(view, room) {
  Object.assign(page, { view, room });
  news.tell("show");
}

/** Where somebody who comes in finds themselves: in what is under way, else where one begins, else at the list. */
export function showBest() {
  const rooms = [...visitor.rooms.values()];
  const open = rooms.filter((room) => room.status === "waiting" || room.status === "active");
  if (open.length === 1 || rooms.length === 1) showTalk((open[0] ?? rooms[0]).id);
  else if (rooms.length) showHome();
  else showTalk(null);
}
