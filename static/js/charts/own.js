// On one's own page: how one was here, by day and by hour.
import { client, me } from "../shell.js";
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { duration } from "../durations.js";
import { Chart, seconds } from "./chart.js";
import { showHeat } from "./heat.js";

const REFRESH = 60_000; // ms
const STATUSES = [["online", "Online", "--online"], ["away", "Away", "--away"], ["busy", "Busy", "--busy"]];
const select = byId("here-range");
const chart = new Chart(byId("here-days"), {
  of: "Day",
  unit: seconds(duration),
  series: STATUSES.map(([, name, color]) => ({ name, color })),
});

async function load() {
  const range = select.value;
  const path = `/api/users/${me}/analytics/`;
  const found = await client.api("GET", `${path}?timeRange=${range}`);
  if (range !== select.value) return;
  byId("here-csv").href = `${path}csv/?timeRange=${range}`;
  chart.show(found.days.map(({ day, seconds: spent }) => [dayName(day), ...STATUSES.map(([status]) => spent[status])]));
  showHeat(byId("here-hours"), found.hours, duration);
  showSums(found);
}

/** "Mon, Nov 23"; a day has no zone, so that of the page must not move it. */
const dayName = (day) =>
  new Date(`${day}T00:00Z`).toLocaleDateString("en", { weekday: "short", month: "short", day: "numeric", timeZone: "UTC" });

function showSums(found) {
  const { seconds: spent, engagement_trend: trend, average_response_seconds: response } = found;
  const present = STATUSES.reduce((sum, [status]) => sum + spent[status], 0);
  const shown = {
    time: [present ? duration(present) : "–", `${found.sessions} ${found.sessions === 1 ? "visit" : "visits"}`],
    score: [found.engagement_score.toFixed(0), `${trend >= 0 ? "+" : "−"}${Math.abs(trend).toFixed(0)} against the time before`],
    messages: [found.messages_sent.toLocaleString("en"), "sent"],
    response: [response === null ? "–" : duration(response), `for ${found.replies} ${found.replies === 1 ? "answer" : "answers"} to customers`],
  };
  for (const [name, [value, more]] of Object.entries(shown)) {
    const card = byId("here").querySelector(`[data-figure="${name}"]`);
    card.querySelector("strong").textContent = value;
    card.querySelector("[data-part]").textContent = more;
  }
  byId("here").ariaBusy = null;
}

select.addEventListener("change", () => report(load));
setInterval(() => document.hidden || load().catch(() => {}), REFRESH); // the next minute asks again
await report(load);
