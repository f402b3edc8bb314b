// The people on the status board, in pages of 50: each is a <tbody> with the cursor that leads to it.
//
// Only pages near the screen have rows; the others are one empty row of the same height. A refresh reads the
// pages near the screen again, so its cost depends on the screen and not on how many people there are.
import { fillRow, makeRow } from "./dashboard-row.js";

const COLUMNS = 7;

/** What the socket tells of a person; the rest of a row comes from the API only. */
const live = ({ status, since, last_seen, device_type, epoch, version, status_text }) =>
  ({ status, since, last_seen, device_type, epoch, version, status_text });

export class PeopleList {
  #table;
  #ask;
  #newest;
  #pages = [];
  #rows = new Map(); // user id -> <tr>, of the pages that have rows
  #near = new IntersectionObserver((entries) => this.#scrolled(entries), { rootMargin: "1000px 0px" });

  /** `ask(cursor)` promises a page of the API's answer, or null once it is not wanted any more;
   *  `newest(id)` is what the socket told last. */
  constructor(table, ask, newest) {
    this.#table = table;
    this.#ask = ask;
    this.#newest = newest;
  }

  get size() {
    return this.#pages.reduce((sum, { people }) => sum + people.length, 0);
  }

  get hasMore() {
    return Boolean(this.#pages.at(-1)?.next);
  }

  /** Everything anew; returns the API's last answer, like the two below. */
  async begin() {
    const answer = await this.#ask(null);
    if (!answer) return null;
    this.#drop(0);
    this.#add(answer, null);
    return answer;
  }

  async more() {
    const cursor = this.#pages.at(-1)?.next;
    const answer = cursor && (await this.#ask(cursor));
    if (answer) this.#add(answer, cursor);
    return answer;
  }

  /** Read the pages near the screen again, in order. Where one ends elsewhere than before, the next begins there. */
  async refresh() {
    let answer = null;
    for (const page of this.#pages.filter(({ isNear }, i) => isNear || i === 0)) {
      if (!this.#pages.includes(page)) break; // what was before it has become the end
      answer = await this.#ask(page.cursor);
      if (!answer) return null;
      this.#fill(page, answer);
      const after = this.#pages.indexOf(page) + 1;
      if (!answer.next) this.#drop(after);
      else if (this.#pages[after]) this.#pages[after].cursor = answer.next;
    }
    return answer;
  }

  /** Show what the socket told of somebody; whether they are in the list. */
  update(told) {
    const person = this.#pages.flatMap(({ people }) => people).find(({ user_id: id }) => id === told.user_id);
    if (!person) return false;
    Object.assign(person, live(told));
    const row = this.#rows.get(told.user_id);
    if (row) fillRow(row, person);
    return true;
  }

  #add(answer, cursor) {
    const page = { body: this.#table.createTBody(), cursor, people: [], next: null, isNear: true };
    this.#pages.push(page);
    this.#fill(page, answer);
    this.#near.observe(page.body);
  }

  #fill(page, answer) {
    page.next = answer.next;
    page.people = answer.data.map((told) => {
      const newest = this.#newest(told.user_id);
      const isNewer = newest && (newest.epoch - told.epoch || newest.version - told.version) > 0;
      return isNewer ? { ...told, ...live(newest) } : told;
    });
    if (page.isNear) this.#show(page);
  }

  /** A page's people as rows. What is there already stays where it is, and so do focus and scroll position. */
  #show(page) {
    const { body, people } = page;
    const focus = document.activeElement;
    const wanted = people.map((person) => {
      const row = this.#rows.get(person.user_id) ?? makeRow(person.user_id);
      this.#rows.set(person.user_id, row);
      fillRow(row, person);
      return row;
    });
    const kept = new Set(wanted);
    for (const row of [...body.rows].filter((one) => !kept.has(one))) {
      row.remove();
      this.#forget(row);
    }
    wanted.forEach((row, i) => body.rows[i] === row || body.insertBefore(row, body.rows[i] ?? null));
    if (focus.isConnected) focus.focus({ preventScroll: true }); // lost if its own row was moved
  }

  #hide(page) {
    const { height } = page.body.getBoundingClientRect();
    for (const row of page.body.rows) this.#forget(row);
    const spacer = document.createElement("tr");
    const cell = spacer.insertCell();
    spacer.className = "spacer";
    spacer.ariaHidden = "true";
    cell.colSpan = COLUMNS;
    cell.style.height = `${height}px`;
    page.body.replaceChildren(spacer);
  }

  #scrolled(entries) {
    for (const { target, isIntersecting } of entries) {
      const page = this.#pages.find(({ body }) => body === target);
      if (!page || page.isNear === isIntersecting || target.contains(document.activeElement)) continue;
      page.isNear = isIntersecting;
      if (isIntersecting) this.#show(page);
      else this.#hide(page);
    }
  }

  #drop(from) {
    for (const { body } of this.#pages.splice(from)) {
      this.#near.unobserve(body);
      for (const row of body.rows) this.#forget(row);
      body.remove();
    }
  }

  #forget(row) {
    const id = Number(row.dataset.userId);
    if (this.#rows.get(id) === row) this.#rows.delete(id);
  }
}
