// On the status board: how many were here, hour by hour, and how much was written.
import { client } from "../shell.js";
import { report } from "../ui.js";
import { byId } from "../dom.js";
import { Chart } from "./chart.js";

const REFRESH = 60_000; // ms
const here = new Chart(byId("online-hours"), { of: "Hour", series: [{ name: "Most at once", color: "--online" }] });
const written = new Chart(byId("messages-per-day"), { of: "Day", series: [{ name: "Messages", color: "--solid" }] });

const hourName = (moment) => new Date(moment).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayName = (day) => new Date(`${day}T00:00Z`).toLocaleDateString("en", { month: "short", day: "numeric", timeZone: "UTC" });

async function load() {
  const [hours, days] = await Promise.all([
    client.api("GET", "/api/metrics/peak-concurrency/"),
    client.api("GET", "/api/metrics/messages-per-day/"),
  ]);
  here.show(hours.data.map(({ hour, online }) => [hourName(hour), online]));
  written.show(days.data.map(({ day, count }) => [dayName(day), count]));
}

setInterval(() => document.hidden || load().catch(() => {}), REFRESH); // the next minute asks again
await report(load);
