// The bell of every page: what is new for the signed-in user, live, on all devices.
import { withCursor } from "./lists.js";
import { client } from "./shell.js";
import { setTitle } from "./title.js";
import { report, run, showAgo, toast } from "./ui.js";

const byId = (id) => document.getElementById(id);
const [bell, box, list] = [byId("bell"), byId("news"), byId("news-list")];
const template = byId("news-row").content.firstElementChild;
const PAGE = 20;
let unread = 0;
let cursor = null;

function showUnread(count) {
  unread = count;
  const mark = byId("bell-count");
  mark.hidden = !count;
  mark.textContent = count > 99 ? "99+" : count;
  bell.setAttribute("aria-label", count ? `Notifications, ${count} unread` : "Notifications");
  byId("news-all").hidden = !count;
  for (const row of count ? [] : list.children) row.classList.remove("is-new");
  setTitle("news", count);
}

async function load(isMore = false) {
  const path = withCursor(`/api/notifications/?limit=${PAGE}`, isMore && cursor);
  const { data, next } = await client.api("GET", path);
  cursor = next;
  if (!isMore) list.replaceChildren();
  list.append(...data.map(row));
  byId("news-more").hidden = !next;
  byId("news-none").hidden = list.children.length > 0;
}

function row(news) {
  const item = template.cloneNode(true);
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const link = item.querySelector("a");
  item.classList.toggle("is-new", !news.is_read);
  link.href = news.url;
  part("title").textContent = news.title;
  part("text").textContent = news.message === news.title ? "" : news.message;
  part("count").hidden = news.count < 2;
  part("count").textContent = `${news.count}×`;
  part("unread").hidden = news.is_read;
  showAgo(part("time"), news.updated_at);
  link.addEventListener("click", () => {
    box.hidePopover();
    if (!news.is_read) client.api("POST", `/api/notifications/${news.id}/mark_read/`).catch(() => {});
  });
  return item;
}

function tell(news) {
  if (box.matches(":popover-open")) report(load);
  if (document.hasFocus()) return toast(news.title);
  if (window.Notification?.permission !== "granted") return;
  const shown = new Notification(news.title, { body: news.message, tag: `pulse-${news.id}` });
  shown.addEventListener("click", () => {
    window.focus();
    location.assign(news.url);
  });
}

box.addEventListener("beforetoggle", ({ newState }) => {
  if (newState !== "open") return;
  byId("news-desktop").hidden = window.Notification?.permission !== "default";
  report(load);
});
byId("news-all").addEventListener("click", ({ currentTarget }) =>
  run(currentTarget, async () => {
    await client.api("POST", "/api/notifications/mark_all_read/");
    showUnread(0);
    await load();
  }));
byId("news-more").addEventListener("click", ({ currentTarget }) => run(currentTarget, () => load(true)));
byId("news-desktop").addEventListener("click", async ({ currentTarget }) => {
  await Notification.requestPermission();
  currentTarget.hidden = Notification.permission !== "default";
});

const socket = client.follow("/notifications", {
  connect: () => report(subscribe),
  resync: () => report(subscribe),
  notification: ({ notification }) => tell(notification),
  unread_count: ({ unread_count: count }) => showUnread(count),
});

async function subscribe() {
  showUnread((await socket.ask("subscribe", {})).unread_count);
}
