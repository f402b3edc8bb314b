// The bar above: where one is, who answers, the ways back and out, and the menu.
import { el } from "../dom.js";
import { tellHost } from "./host.js";
import { symbol } from "./icons.js";
import { avatar } from "./messages.js";
import { onShow, openRoom, page, showHome } from "./page.js";
import * as sound from "./sound.js";
import { t } from "./strings.js";
import { askTranscript } from "./cards.js";
import { attempt } from "./toast.js";
import { api, onRoom, takeRoom, visitor } from "./visitor.js";

const back = button("back", t.back);
const more = button("more", t.menu);
const close = button("close", t.close);
const who = el("div", "head-who");
export const head = el("header", "head", {}, back, who, more, close);

const switchSound = el("input", "", { type: "checkbox", checked: sound.isOn() });
switchSound.setAttribute("role", "switch");
const transcript = el("button", "", { type: "button" }, t.transcript);
const end = el("button", "", { type: "button" }, t.end);
const menu = el("div", "menu", { id: "menu", popover: "auto" }, el("label", "", {}, switchSound, t.sound), transcript, end);
more.popoverTargetElement = menu;
head.append(menu);

function button(icon, label) {
  const made = el("button", "icon-button", { type: "button", title: label }, symbol(icon));
  made.setAttribute("aria-label", label);
  return made;
}

/** Show the bar for what the page shows. */
export function showHead() {
  const room = page.view === "talk" ? openRoom() : undefined;
  back.hidden = page.view === "home" || !visitor.rooms.size;
  more.hidden = !visitor.me;
  transcript.hidden = !room;
  end.hidden = !room || (room.status !== "active" && room.status !== "waiting");
  const agent = room?.agent;
  if (!agent) return who.replaceChildren(el("h1", "", {}, room?.subject ?? t.title));
  const name = agent.full_name || agent.username;
  const picture = avatar({ id: agent.id, name, picture: agent.avatar_url, presence: agent.presence });
  const sub = el("small", "", {}, agent.presence ? t.presence[agent.presence] : t.team);
  who.replaceChildren(picture, el("div", "", {}, el("h1", "", {}, name), sub));
}

back.addEventListener("click", showHome);
close.addEventListener("click", () => tellHost("close"));
switchSound.addEventListener("change", () => sound.switchOn(switchSound.checked));
transcript.addEventListener("click", () => {
  menu.hidePopover();
  askTranscript(openRoom());
});
end.addEventListener("click", () =>
  attempt(end, async () => {
    const { id } = openRoom();
    menu.hidePopover();
    takeRoom(await api.call("POST", `/api/chat-rooms/${id}/resolve/`));
  }),
);
onShow(showHead);
onRoom(showHead);
