// The page in the widget's frame: waits for the page around it, comes in when there is a reason to, and shows.
import { el } from "../dom.js";
import { head, showHead } from "./head.js";
import { home, showList } from "./home.js";
import { host, isLooking, onHost, tellHost } from "./host.js";
import { contrastOf, isColor } from "./look.js";
import * as opening from "./opening.js";
import { page, showBest, showTalk } from "./page.js";
import { live } from "./signs.js";
import { t } from "./strings.js";
import { focus, follow, talk } from "./talk.js";
import { begin, chat, tellUnread } from "./talks.js";
import { forget, freshen, isKnown } from "./visitor.js";
import { greetWith } from "./welcome.js";

const root = document.getElementById("widget");
const notice = el("p", "notice", {}, t.connecting);
notice.setAttribute("role", "status");
root.append(head, notice, home, talk);
document.title = t.title;
showHead();

let starting = null;

async function start() {
  await begin();
  follow();
  chat.on("online", () => notify(""));
  chat.on("offline", () => notify(t.offline));
  chat.on("conversation", showList);
  notify("");
  root.ariaBusy = "false";
  if (opening.openingItems().length) showTalk(null);
  else showBest();
  opening.run();
  tellUnread();
  live();
}

/** Once, and only when somebody may have something to read, or opens the widget. */
function startOnce() {
  starting ??= start().catch((error) => {
    if (error.name !== "PulseError") throw error;
    notify(t.unavailable);
  });
  return starting;
}

function notify(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

/** The page's colour, and what can be read on it. */
function paint(color) {
  if (!isColor(color)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root { --brand: ${color}; --on-brand: ${contrastOf(color)}; }`);
  document.adoptedStyleSheets = [sheet];
}

onHost("hello", ({ color, greeting, isForgetting }) => {
  if (isForgetting) forget();
  paint(color);
  greetWith(String(greeting ?? "").slice(0, 300));
  tellHost("ready");
  if (host.isOpen || isKnown()) startOnce();
});
onHost("opened", async () => {
  await startOnce();
  if (!isLooking() || !chat) return;
  freshen();
  if (page.view === "talk" && !talk.hidden) focus();
  else (home.querySelector("button") ?? head.querySelector("button:not([hidden])")).focus();
});
onHost("closed", () => chat && tellUnread());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
  tellHost("close");
});
if (parent === window) {
  host.isOpen = true; // a tab of its own
  startOnce();
}
