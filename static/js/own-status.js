// One's own presence on the people page: choice, how long it holds, status text.
import { client, me } from "./shell.js";
import { dot, fillAvatar, onSubmit, report, STATUS_LABELS } from "./ui.js";

const byId = (id) => document.getElementById(id);
const choices = byId("choices");
const until = byId("until");
const text = byId("status-text");
const kept = until.querySelector("[value=keep]"); // the end that was chosen before
let shown = {}; // one's presence as it is on the page

function show(mine) {
  shown = mine;
  fillAvatar(byId("you-avatar"), mine, mine.status);
  const label = document.createElement("span");
  label.textContent = STATUS_LABELS[mine.status] + (mine.reason === "invisible" ? " to others" : "");
  byId("you-status").replaceChildren(dot(mine.status), label);
  choices.querySelector(`[value="${mine.choice}"]`).checked = true;
  byId("until-field").hidden = mine.choice === "auto";
  kept.hidden = !mine.choice_expires_at;
  kept.textContent = mine.choice_expires_at ? clock(mine.choice_expires_at) : "";
  until.value = mine.choice_expires_at ? "keep" : "";
  if (document.activeElement !== text) text.value = mine.status_text;
}

function clock(moment) {
  const date = new Date(moment);
  const weekday = date.toDateString() === new Date().toDateString() ? undefined : "short";
  return date.toLocaleString("en", { weekday, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function secondsUntil(preset) {
  if (preset === "") return undefined;
  const ends = { keep: new Date(shown.choice_expires_at), today: new Date().setHours(24, 0, 0, 0) }[preset];
  return ends ? Math.max(1, Math.round((ends - Date.now()) / 1000)) : Number(preset);
}

let asked = 0;

/** Show what a request answers, unless a later one has been sent: its answer is the newer one. */
async function showAnswer(request) {
  const number = ++asked;
  const answer = await request;
  if (number === asked) show(answer);
}

async function choose() {
  const choice = choices.querySelector(":checked").value;
  const expiresIn = choice === "auto" ? undefined : secondsUntil(until.value);
  try {
    await showAnswer(client.setStatus({ choice, expiresIn }));
  } catch (error) {
    show(shown); // it was not taken
    throw error;
  }
}

const refresh = () => showAnswer(client.api("GET", `/api/users/${me}/presence/`));

choices.addEventListener("change", () => report(choose));
until.addEventListener("change", () => report(choose));
onSubmit(byId("text-form"), ({ status_text: statusText }) => showAnswer(client.setStatus({ statusText })));
// The news of oneself tell what others see; choice and expiry are asked for.
client.on("presence", (person) => {
  if (person.user_id === me && person.version !== shown.version) report(refresh);
});
client.on("connected", () => report(refresh));
await report(refresh);
choices.disabled = false; // before, what is chosen would be overwritten
