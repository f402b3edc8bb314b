// Who asks: name, address, presence, the page they are on, and what they asked before.
import { dot, fillAvatar, report, STATUS_LABELS } from "../ui.js";
import { byId, copyOf, el, icon } from "../dom.js";
import { addressOf, client, on } from "../chat/page.js";
import { dateOf } from "../chat/times.js";
import { desk, nameOf, onTicket, ticket } from "./desk.js";

const place = byId("customer");
const list = byId("list-earlier");
const MOST = 20; // earlier tickets
let shownOf = null; // the customer whose earlier tickets are shown

onTicket((one) => {
  const customer = one?.desk.customer;
  const mark = JSON.stringify(customer ?? null);
  if (place.dataset.mark === mark) return;
  place.dataset.mark = mark;
  place.replaceChildren(...(customer ? parts(customer) : one ? [el("h3", "", {}, nameOf(null))] : []));
});

function* parts(customer) {
  const { presence, email, page_url: url, page_title: title } = customer;
  const avatar = el("span", "avatar large", { ariaHidden: "true" });
  fillAvatar(avatar, { user_id: customer.id, ...customer });
  yield avatar;
  yield el("h3", "", { textContent: nameOf(customer) });
  yield el("p", "status small", {}, dot(presence ?? "offline"), STATUS_LABELS[presence ?? "offline"]);
  if (email) yield el("p", "small", {}, el("a", "", { href: `mailto:${email}` }, email));
  yield customer.is_vouched
    ? el("p", "badge ok", { title: "Their account, or their page, vouches for who they are" }, icon("check"), "Vouched for")
    : el("p", "badge", { title: "They say so themselves" }, "Not verified");
  if (url) yield el("p", "small muted customer-page", {}, "On ", pageLink(url, title));
}

/** Only what is a page may be followed. */
function pageLink(url, title) {
  const isPage = /^https?:\/\//i.test(url);
  if (!isPage) return el("span", "", {}, title || url);
  return el("a", "", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: url }, title || url);
}

async function loadEarlier() {
  const one = ticket();
  const id = one?.desk.customer?.id;
  if (!id || !byId("part-earlier").open || shownOf === one.id) return;
  shownOf = one.id;
  const { data } = await client.api("GET", `/api/chat-rooms/?customer_id=${id}&limit=${MOST}`);
  if (ticket()?.id !== one.id) return;
  const others = data.filter((other) => other.id !== one.id);
  list.replaceChildren(...others.map(row));
  byId("none-earlier").hidden = others.length > 0;
  byId("none-earlier").textContent = "This is their first one.";
}

function row(other) {
  const { root, parts } = copyOf("earlier");
  root.firstElementChild.href = addressOf(other.conversation_id);
  parts.subject.textContent = other.subject;
  const stars = other.rating ? `rated ${other.rating} of 5` : "";
  parts.facts.textContent = [dateOf(other.created_at), other.status, stars].filter(Boolean).join(" · ");
  return root;
}

byId("part-earlier").addEventListener("toggle", () => report(loadEarlier));
on("opening", () => {
  shownOf = null;
  list.replaceChildren();
});
on("ticket", () => report(loadEarlier));
desk.on("online", () => (shownOf = null));
