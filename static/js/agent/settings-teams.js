// Teams with their business hours and holidays.
import { PulseError } from "../../pulse-client.js";
import { byId } from "../dom.js";
import { spansOf, textOf } from "./hours-text.js";
import { settingsList } from "./settings-list.js";

const DAYS = [0, 1, 2, 3, 4, 5, 6];
const OFFICE = "9:00-17:00";
const always = byId("team-always");

const showHours = () => {
  byId("team-hours").hidden = byId("hours-hint").hidden = always.checked;
};

function weekOf(values) {
  if (always.checked) return [];
  return DAYS.map((day) => {
    const spans = spansOf(values[`day-${day}`]);
    if (spans) return spans;
    byId(`day-${day}`).focus();
    throw new PulseError({ detail: `“${values[`day-${day}`]}” are no hours. Write them such as ${OFFICE}.` });
  });
}

export const loadTeams = settingsList({
  name: "teams",
  one: "team",
  path: "/api/teams/",
  show(parts, { time_zone: zone, week, is_open: isOpen }) {
    parts.text.textContent = week.length ? `Business hours in ${zone}` : "Always open";
    parts.mark.hidden = false;
    parts.mark.textContent = isOpen ? "Open now" : "Closed now";
    parts.mark.classList.toggle("ok", isOpen);
  },
  fill(form, team) {
    byId("team-name").value = team?.name ?? "";
    byId("team-zone").value = team?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    always.checked = !team?.week.length;
    for (const day of DAYS) {
      byId(`day-${day}`).value = team?.week.length ? textOf(team.week[day]) : day < 5 ? OFFICE : "";
    }
    byId("team-holidays").value = (team?.holidays ?? []).join("\n");
    showHours();
  },
  read: (values) => ({
    name: values.name,
    time_zone: values.time_zone,
    week: weekOf(values),
    holidays: values.holidays.split(/[\s,]+/).filter(Boolean),
  }),
  question: "Its tickets are everybody's then.",
});

always.addEventListener("change", showHours);
byId("zones").append(...Intl.supportedValuesOf("timeZone").map((zone) => new Option(zone)));
