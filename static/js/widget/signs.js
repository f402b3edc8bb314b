// Signs of life: while somebody looks at the widget, the agents see that they are there, and on which page.
import { host, isLooking, onHost, settings } from "./host.js";
import { api, visitor } from "./visitor.js";

let told = "";
let timer = 0;
let lastInput = Date.now();

for (const event of ["pointerdown", "keydown"]) {
  addEventListener(event, () => (lastInput = Date.now()), { capture: true, passive: true });
}
for (const event of ["opened", "closed", "page"]) onHost(event, live);
document.addEventListener("visibilitychange", live);

/** Begin, or stop, or say what is new. */
export function live() {
  clearTimeout(timer);
  if (!visitor.me || !isLooking()) return;
  tellPage();
  beat();
}

async function beat() {
  clearTimeout(timer);
  timer = setTimeout(live, settings.beatEvery);
  const body = { device_id: api.deviceId, device_type: api.deviceType, idle_ms: Date.now() - lastInput };
  await api.call("POST", "/api/users/heartbeat/", body).catch(() => {}); // the next one makes up for it
}

async function tellPage() {
  const page = host.page && JSON.stringify(host.page);
  if (!page || page === told) return;
  told = page;
  await api.call("PUT", "/api/visitor/page/", host.page).catch(() => (told = ""));
}
