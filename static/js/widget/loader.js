// The widget on somebody's page: a button, and the frame of Pulse's own origin behind it. It asks Pulse for nothing
// but that frame, keeps nothing, and stays out of reach of the page's styles and policies.
import { contrastOf, isColor, languageOf } from "./look.js";
import { outside } from "./strings-outside.js";
import { sheetOf } from "./loader-sheet.js";

const LOOK_EVERY = 3000; // ms at which an open widget looks whether the page has another address or title
const BUBBLE = "M20.5 11.5c0 4.1-3.8 7.5-8.5 7.5-1 0-2-.2-2.900-.5L4 20.500l1.200-4.200A6.900 6.900 0 0 1 3.500 11.500C3.500 7.400 7.300 4 12 4s8.500 3.400 8.500 7.500z";
const CROSS = "M6.500 6.500l11 11M17.500 6.500l-11 11";

const script = document.currentScript;
const { key, color, position, greeting = "", language, customerId, customerHash, customerName, customerEmail } =
  script?.dataset ?? {};

function start() {
  const home = new URL(script.src).origin;
  const shown = languageOf(language);
  const words = outside[shown];
  const brand = isColor(color) ? color : "#3450c4";
  let customer = customerId ? { id: customerId, hash: customerHash, name: customerName, email: customerEmail } : null;
  let isReady = false;
  let isOpen = false;
  let isForgetting = false;
  let told = ""; // the page as the frame knows it
  let timer = 0;

  const place = document.createElement("pulse-widget");
  const root = place.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheetOf(brand, contrastOf(brand), position === "left" ? "left" : "right")];
  const button = make("button", { type: "button", hidden: true });
  const badge = make("span", { className: "badge", hidden: true });
  badge.setAttribute("aria-hidden", "true");
  const symbol = drawing();
  button.append(symbol.svg, badge);
  const frame = make("iframe", { title: words.title, className: "away" });
  root.append(frame, button);
  showButton(0);

  function showButton(unread) {
    button.setAttribute("aria-expanded", String(isOpen));
    button.setAttribute("aria-label", isOpen ? words.close : words.open + (unread ? ` (${words.unread(unread)})` : ""));
    symbol.path.setAttribute("d", isOpen ? CROSS : BUBBLE);
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = !unread || isOpen;
  }

  const tell = (type, more) => frame.contentWindow?.postMessage({ pulse: 1, type, ...more }, home);

  /** The page without its fragment, in which some pages keep secrets. */
  const page = () => ({ url: location.href.split("#")[0].slice(0, 2000), title: document.title.slice(0, 300) });

  function tellPage() {
    const now = page();
    if (told === JSON.stringify(now)) return;
    told = JSON.stringify(now);
    tell("page", { page: now });
  }

  function setOpen(wanted) {
    if (!isReady || wanted === isOpen) return;
    isOpen = wanted;
    frame.classList.toggle("away", !isOpen);
    place.toggleAttribute("open", isOpen);
    showButton(0);
    clearInterval(timer);
    if (isOpen) {
      tellPage();
      timer = setInterval(tellPage, LOOK_EVERY);
      frame.focus();
    } else button.focus();
    tell(isOpen ? "opened" : "closed");
  }

  function restart() {
    if (frame.isConnected) frame.contentWindow.location.replace(frame.src);
  }

  frame.addEventListener("load", () => {
    told = JSON.stringify(page());
    const hello = { color: brand, greeting, customer, isOpen, page: page(), isForgetting };
    isForgetting = false;
    tell("hello", hello); // refused by the browser unless it is Pulse's page that is there
  });
  button.addEventListener("click", () => setOpen(!isOpen));
  root.addEventListener("keydown", (event) => event.key === "Escape" && setOpen(false));
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home || data?.pulse !== 1) return;
    if (data.type === "ready") {
      isReady = true;
      button.hidden = false;
    } else if (data.type === "close") setOpen(false);
    else if (data.type === "unread") showButton(Number(data.count) || 0);
  });

  function show() {
    frame.src = `${home}/widget/${encodeURIComponent(key)}/?language=${shown}`;
    document.documentElement.append(place); // beside the body: pages that replace their body keep it
  }
  if (document.readyState === "complete") show();
  else addEventListener("load", show, { once: true });

  window.PulseWidget = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    /** The page knows who this is, from now on. */
    identify(given) {
      customer = given;
      restart();
    },
    /** They have signed out: the next person at this browser begins anew. */
    forget() {
      customer = null;
      isForgetting = true;
      restart();
    },
  };
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function drawing() {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return { svg, path };
}

if (!key) console.error("Pulse: the script of the widget needs data-key.");
else if (!window.PulseWidget) start();
