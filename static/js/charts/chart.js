// A chart on a canvas, and the same data as a table, which is what screen readers get.
import uPlot from "../../vendor/uPlot.esm.js";
import { el, oncePerFrame } from "../dom.js";

const HEIGHT = 180; // pixels
const LABEL_SPACE = 92; // pixels between two labels of the lower axis, at least
const steps = (...units) => units.flatMap((unit) => [1, 2, 5].map((step) => step * unit));
const COUNTS = steps(1, 10, 100, 1e3, 1e4, 1e5, 1e6);
const SECONDS = [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800];

/** How a chart says its values: as whole numbers. */
export const counts = { text: (value) => value.toLocaleString("en"), increments: COUNTS };

/** As lengths of time, of seconds; `duration(seconds)` puts one into words. */
export const seconds = (duration) => ({ text: duration, increments: SECONDS });

export class Chart {
  #figure;
  #plot;
  #said;
  #table;
  #options;
  #rows = [];
  #drawn = null;

  /**
   * Fill `<figure class="chart">`, which has its caption. `series` are `{ name, color }`, the color a custom property;
   * `isStacked` puts their bars upon each other, else they are lines. `unit` is `counts` or `seconds(...)`, `of` names the rows.
   */
  constructor(figure, { series, isStacked = true, unit = counts, of }) {
    this.#figure = figure;
    this.#options = { series, isStacked, unit };
    this.#plot = el("div", "chart-plot", { ariaHidden: "true" });
    this.#said = el("p", "chart-said small muted", { ariaHidden: "true" });
    this.#table = el("tbody");
    const names = [of, ...series.map(({ name }) => name)];
    const head = el("tr", "", {}, ...names.map((name) => el("th", "", { scope: "col", textContent: name })));
    const caption = el("caption", "unseen", { textContent: figure.querySelector("figcaption").textContent });
    const table = el("table", "table", {}, caption, el("thead", "", {}, head), this.#table);
    const box = el("div", "table-box", { tabIndex: 0, role: "region", ariaLabel: caption.textContent }, table);
    const details = el("details", "chart-table small", {}, el("summary", "", { textContent: "As a table" }), box);
    figure.append(this.#plot, this.#said, details);
    const redraw = oncePerFrame(() => this.#draw());
    new ResizeObserver(redraw).observe(this.#plot);
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  }

  /** Show these rows: `[label, ...values]`, a value for each series, null where it is not known. */
  show(rows) {
    this.#rows = rows;
    this.#table.replaceChildren(...rows.map(([label, ...values]) => {
      const cells = values.map((value) => el("td", "number", { textContent: this.#text(value) }));
      return el("tr", "", {}, el("th", "", { scope: "row", textContent: label }), ...cells);
    }));
    this.#draw();
  }

  #text(value) {
    return value === null ? "–" : this.#options.unit.text(value);
  }

  #draw() {
    this.#drawn?.destroy();
    this.#drawn = null;
    const width = this.#plot.clientWidth;
    const isEmpty = !this.#rows.some(([, ...values]) => values.some(Boolean));
    this.#figure.classList.toggle("is-empty", isEmpty);
    this.#say(null);
    if (isEmpty || !width) return;
    this.#drawn = new uPlot(this.#settings(width), this.#data(), this.#plot);
  }

  /** Columns for uPlot. Stacked ones are sums from below, the highest first: each later one is drawn over it. */
  #data() {
    const places = this.#rows.map((row, place) => place);
    const columns = this.#options.series.map((one, at) => this.#rows.map((row) => row[at + 1]));
    if (!this.#options.isStacked) return [places, ...columns];
    const sums = columns.map((column, at) => column.map((value, place) => (
      columns.slice(0, at + 1).reduce((sum, other) => sum + (other[place] ?? 0), 0)
    )));
    return [places, ...sums.reverse()];
  }

  #settings(width) {
    const { series, isStacked, unit } = this.#options;
    const line = { stroke: this.#color("--line"), width: 1 };
    const axis = { stroke: this.#color("--muted"), font: "12px system-ui, sans-serif", grid: line, ticks: { show: false } };
    const drawn = series.map(({ name, color }) => this.#series(name, this.#color(color)));
    const last = this.#rows.length - 1;
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false }, points: { show: !isStacked } },
      scales: { x: { time: false, range: () => [-0.6, last + 0.6] }, y: { range: (plot, low, high) => [0, high * 1.05] } },
      axes: [
        { ...axis, grid: { show: false }, space: LABEL_SPACE, incrs: [1, 2, 3, 4, 6, 7, 12, 14, 24, 30, 60], size: 28,
          values: (plot, places) => places.map((place) => this.#rows[place]?.[0] ?? "") },
        { ...axis, incrs: unit.increments, size: 62, values: (plot, values) => values.map((value) => this.#text(value)) },
      ],
      series: [{}, ...(isStacked ? drawn.reverse() : drawn)],
      hooks: { setCursor: [({ cursor: { idx: place } }) => this.#say(place)] },
    };
  }

  #series(name, color) {
    if (!this.#options.isStacked) return { label: name, stroke: color, width: 2, points: { show: true, size: 5, fill: color } };
    return { label: name, fill: color, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 48] }) };
  }

  /** What a custom property is now, as a canvas takes it. */
  #color(name) {
    this.#plot.style.color = `var(${name})`;
    const { color } = getComputedStyle(this.#plot);
    this.#plot.style.color = "";
    return color;
  }

  /** Say what lies under the pointer; with null, what the colors mean. */
  #say(place) {
    const row = this.#rows[place];
    const parts = this.#options.series.map(({ name, color }, at) => {
      const dot = el("i", "chart-dot");
      dot.style.background = `var(${color})`;
      return el("span", "", {}, dot, row ? `${name}: ${this.#text(row[at + 1])}` : name);
    });
    this.#said.replaceChildren(...(row ? [el("strong", "", { textContent: row[0] })] : []), ...parts);
  }
}
