// Which hours of the week somebody was here: a table whose cells are coloured.
import { el } from "../dom.js";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const LEVELS = 4;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;

/** Fill `<table class="heat">` with seconds by weekday (Monday first) and hour. */
export function showHeat(table, week, duration) {
  const most = Math.max(...week.flat());
  const heads = HOURS.map((hour) => el("th", "", { scope: "col" }, el("span", hour % 6 ? "unseen" : "", { textContent: clock(hour) })));
  const rows = week.map((hours, day) => el("tr", "", {}, dayHead(DAYS[day]), ...hours.map((here, hour) => {
    const said = here ? duration(here) : "not here";
    const cell = el("td", "", { title: `${DAYS[day]} ${clock(hour)}: ${said}` }, el("span", "unseen", { textContent: said }));
    cell.dataset.level = here ? Math.ceil((LEVELS * here) / most) : 0;
    return cell;
  })));
  table.tHead.replaceChildren(el("tr", "", {}, el("td"), ...heads));
  table.tBodies[0].replaceChildren(...rows);
}

const dayHead = (day) => el("th", "", { scope: "row" }, el("span", "", { ariaHidden: "true", textContent: day.slice(0, 2) }),
  el("span", "unseen", { textContent: day }));
