// The status board: people from the API, read again by a poll, and changed at once by the socket.
import { client } from "./shell.js";
import { PeopleList } from "./dashboard-list.js";
import { openWhy } from "./dashboard-why.js";

const PAGE = 50;
const SOON = 2000; // ms; at most so often a change on the socket leads to a refresh of its own
const board = document.getElementById("board");
const table = document.getElementById("people");
const form = document.getElementById("filters");
const more = document.getElementById("more");
const freshness = document.getElementById("freshness");
const list = new PeopleList(table, ask, (id) => client.presence.get(id));
const news = new Map(); // user id -> what to say about them

let counts = null;
let version = 0; // grows with each other question; answers to older ones are dropped
let lastRefresh = 0;
let soon = 0;
let queue = Promise.resolve();

// One thing at a time: a refresh and "load more" must not interleave.
function next(task) {
  queue = queue
    .then(task)
    .then((answer) => answer && showAround(answer))
    .catch((error) => { freshness.textContent = `Not refreshed: ${error.message}`; });
  return queue;
}

// What is asked for

function question() {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name !== "sort" && value.trim()) asked.set(name, value.trim());
  }
  const [sort, order] = form.sort.value.split(":");
  asked.set("sort", sort);
  asked.set("order", order);
  return asked;
}

async function ask(cursor) {
  const mine = version;
  const asked = question();
  asked.set("limit", PAGE);
  if (cursor) asked.set("cursor", cursor);
  const answer = await client.api("GET", `/api/users/all-users/?${asked}`);
  return mine === version ? answer : null;
}

/** Choose an order, which the choice of orders (shown on phones) may not offer yet. */
function sortBy(name, order) {
  const value = `${name}:${order}`;
  const options = [...form.sort.options];
  if (!options.some((option) => option.value === value)) {
    const like = options.find((option) => option.value.startsWith(`${name}:`));
    form.sort.add(new Option(`${like.text}, reversed`, value));
  }
  form.sort.value = value;
}

function showQuestion() {
  const asked = question();
  history.replaceState(null, "", `?${asked}`);
  for (const button of table.querySelectorAll(".sort")) {
    const head = button.closest("th");
    if (button.dataset.sort !== asked.get("sort")) head.removeAttribute("aria-sort");
    else head.ariaSort = asked.get("order") === "desc" ? "descending" : "ascending";
  }
}

function readAddress() {
  const asked = new URLSearchParams(location.search);
  for (const name of ["q", "status", "account_status", "role"]) form.elements[name].value = asked.get(name) ?? "";
  const sort = asked.get("sort");
  if (sort && table.querySelector(`[data-sort="${CSS.escape(sort)}"]`)) {
    sortBy(sort, asked.get("order") === "desc" ? "desc" : "asc");
  }
}

// Reading

function begin() {
  version += 1;
  showQuestion();
  return next(async () => {
    const answer = await list.begin();
    if (answer) say(answer.next ? `More than ${answer.data.length - 1} people` : `${answer.data.length} people`);
    return answer;
  });
}

function refresh() {
  clearTimeout(soon);
  soon = 0;
  lastRefresh = Date.now();
  return next(() => list.refresh());
}

function refreshSoon() {
  if (soon || document.hidden) return;
  soon = setTimeout(refresh, Math.max(100, lastRefresh + SOON - Date.now()));
}

// What stands around the table

function showAround(answer) {
  counts = answer.counts;
  showCounts();
  more.hidden = !list.hasMore;
  document.getElementById("empty").hidden = list.size > 0;
  document.getElementById("shown").textContent = list.size ? `${list.size} shown${list.hasMore ? ", more follow" : ""}` : "";
  freshness.textContent = `Updated ${new Date().toLocaleTimeString("en", { hour12: false })}`;
}

function showCounts() {
  for (const place of board.querySelectorAll("[data-count]")) {
    place.textContent = counts[place.dataset.count].toLocaleString("en");
  }
}

function say(text) {
  document.getElementById("board-news").textContent = text;
}

function sayNews() {
  if (news.size) say(news.size > 3 ? `${news.size} people changed` : [...news.values()].join(", "));
  news.clear();
}

// What happens

client.on("presence", (person) => {
  if (!person.previous) return;
  if (counts && person.previous !== person.status) {
    counts[person.previous] -= 1;
    counts[person.status] += 1;
    showCounts();
  }
  if (list.update(person)) news.set(person.user_id, `${person.username} is ${person.status}`);
  refreshSoon();
});
client.on("connected", refreshSoon);
client.subscribeAll();

let typing = 0;
form.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(begin, 200);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(begin)); // once the fields are empty
more.addEventListener("click", () => next(() => list.more()));
table.addEventListener("click", ({ target }) => {
  const sort = target.closest(".sort");
  if (sort) {
    const now = sort.closest("th").ariaSort;
    const other = now === "ascending" ? "desc" : "asc";
    sortBy(sort.dataset.sort, now ? other : sort.dataset.first);
    begin();
  }
  const row = target.closest("[data-why]")?.closest("tr");
  if (row) openWhy(Number(row.dataset.userId), refresh);
});
document.addEventListener("visibilitychange", refreshSoon);
setInterval(() => document.hidden || refresh(), Number(board.dataset.refreshSeconds) * 1000);
setInterval(sayNews, 3000);

readAddress();
begin();
