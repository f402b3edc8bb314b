// What every page has: the theme button, and for signed-in people the live connection and sign-out.
import { PulseClient } from "../pulse-client.js";
import { run, STATUS_LABELS } from "./ui.js";

/** The signed-in user's id, or null. */
export const me = Number(document.body.dataset.userId) || null;

/** The page's one client; connected where somebody is signed in. */
export const client = new PulseClient({ userId: me });

/** Sign out and go to the sign-in page. */
export async function signOut() {
  await client.api("POST", "/api/logout/");
  client.close();
  location.assign("/sign-in");
}

const root = document.documentElement;

document.getElementById("theme").addEventListener("click", () => {
  const current = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = current === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("pulse-theme", root.dataset.theme);
  } catch { /* storage is forbidden here: it holds for this page */ }
});

function showConnection(state, text) {
  const badge = document.getElementById("connection");
  badge.dataset.state = state;
  badge.classList.toggle("warn", state === "lost");
  badge.lastElementChild.textContent = text;
}

if (me) {
  let lost = 0;
  client.on("connected", () => {
    clearTimeout(lost);
    showConnection("live", "Live");
  });
  client.on("disconnected", () => {
    lost = setTimeout(() => showConnection("lost", "Reconnecting"), 1500); // short losses are nobody's business
  });
  client.on("self", ({ status }) => {
    const mark = document.getElementById("me-dot");
    mark.dataset.status = status;
    mark.title = STATUS_LABELS[status];
  });
  client.on("signed_out", ({ code }) => {
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`/sign-in?ended=${encodeURIComponent(code)}&next=${here}`);
  });
  const button = document.getElementById("sign-out");
  button.addEventListener("click", () => run(button, signOut));
  button.disabled = false;
  client.connect();
}
