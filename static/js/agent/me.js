// Whether one takes new tickets, and how many one has.
import { report, run } from "../ui.js";
import { byId } from "../dom.js";
import { client, me } from "../chat/page.js";
import { desk } from "./desk.js";

const button = byId("available");

function show(agent) {
  if (agent.id !== me) return;
  button.disabled = false;
  button.setAttribute("aria-checked", String(agent.is_available));
  byId("available-text").textContent = agent.is_available ? "Available" : "Not available";
  byId("load").textContent = `${agent.load} of ${agent.capacity}`;
  byId("load").title = "Active tickets, and how many you take at once";
}

button.addEventListener("click", () =>
  run(button, async () => {
    const isAvailable = button.getAttribute("aria-checked") !== "true";
    show(await client.api("POST", `/api/agents/${me}/toggle_availability/`, { is_available: isAvailable }));
  }));
desk.on("agent", show);
// An admin who has never answered is no agent yet; the first switch makes them one.
desk.on("online", () => {
  if (desk.agents.has(me)) return;
  button.disabled = false;
  byId("available-text").textContent = "Not available";
});

const offer = byId("desktop");
const showOffer = () => {
  offer.hidden = window.Notification?.permission !== "default";
};
offer.addEventListener("click", () => report(async () => {
  await Notification.requestPermission();
  showOffer();
}));
showOffer();
