// Going from one conversation to another, and what the address and the back button have to do with it.
import { report, toast } from "../ui.js";
import { byId } from "../dom.js";
import { addressOf, base, chat, on, open, root, tell } from "./page.js";
import { goTo } from "./timeline-view.js";

const narrow = matchMedia("(max-width: 719px)");
const nothing = byId("talk-none-text").textContent; // said while nothing is open
let turn = 0; // of the opening at hand; what comes for earlier ones is dropped

/** Which pane phones show: "list", "talk" or "details". */
export function showPane(name) {
  root.dataset.pane = name;
}

/** Open a conversation (or none with null), at a message if `seq` is given. It becomes a step of the history. */
export async function goToConversation(id, { seq = null, isNew = true, isFocused = true } = {}) {
  if (isNew) {
    const address = addressOf(id, seq);
    const isHere = address === location.pathname + location.search && history.state?.pane !== "details";
    if (!isHere) history.pushState({ pane: "talk" }, "", address);
  }
  showPane(id === null ? "list" : "talk");
  if (open.id !== id || !open.timeline) await show(id);
  if (open.id !== id || !open.timeline) return;
  if (seq) await showMessage(seq);
  else if (isFocused) tell("compose");
}

async function show(id) {
  const mine = ++turn;
  if (open.id !== null) {
    tell("closing", open.id);
    chat.close(open.id);
  }
  Object.assign(open, { id, timeline: null });
  byId("talk-open").hidden = id === null;
  byId("talk-none").hidden = id !== null;
  byId("talk-none-text").textContent = nothing;
  byId("talk").ariaBusy = id === null ? null : "true";
  tell("opening", id);
  if (id === null) return;
  try {
    const timeline = await chat.open(id);
    if (mine !== turn) return;
    open.timeline = timeline;
    tell("loaded", timeline);
    tell("opened", timeline);
  } catch (error) {
    if (mine !== turn) return;
    if (error.status !== 404 && error.status !== 403) throw error;
    await show(null);
    byId("talk-none-text").textContent = "There is no such conversation, or it is not for you.";
  } finally {
    if (mine === turn) byId("talk").ariaBusy = null;
  }
}

/** Go to a message of the open conversation, and show which one it is. */
export async function showMessage(seq) {
  const row = await goTo(seq);
  if (!row) return;
  if (Number(row.dataset.seq) !== seq) toast("This message is no longer kept.");
  row.classList.remove("is-found");
  void row.offsetWidth; // so that the animation starts again
  row.classList.add("is-found");
  setTimeout(() => row.classList.remove("is-found"), 2600);
  row.focus({ preventScroll: true });
}

/** What an address opens: the arguments of `goToConversation`. */
function placeOf({ pathname, search }) {
  const [, id] = (pathname.startsWith(`${base}/`) && pathname.match(/\/(\d+)\/?$/)) || [];
  const seq = Number(new URLSearchParams(search).get("message")) || null;
  return [id ? Number(id) : null, { seq }];
}

/** Do what the address says. */
export function followAddress() {
  const [id, options] = placeOf(location);
  return report(() => goToConversation(id, { ...options, isNew: false }));
}

// Links to conversations, in the list and under the bell, need no new page.
document.addEventListener("click", (event) => {
  const link = event.target.closest(`a[href^="${base}/"]`);
  if (!link || !/\/\d+\/?$/.test(link.pathname) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  report(() => goToConversation(...placeOf(link)));
});
addEventListener("popstate", async ({ state }) => {
  await followAddress();
  tell("history", state?.pane === "details" && open.id !== null);
});
byId("talk-back").addEventListener("click", () => {
  if (narrow.matches) report(() => goToConversation(null));
});

/** Open again what is open, which has become another conversation for this user. */
export const openAgain = () => report(() => show(open.id));

on("ready", followAddress);
