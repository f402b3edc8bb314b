// What a ticket is: subject, priority, tags, promised times, rating.
import { onSubmit, report } from "../ui.js";
import { byId, copyOf, el, icon } from "../dom.js";
import { change, onTicket, ticket } from "./desk.js";
import { promisesOf } from "./promises.js";
import { fullOf } from "../chat/times.js";
import { showSpan } from "./waits.js";

const subject = byId("subject");
const priority = byId("priority");
let shownId = null;

onTicket((one) => {
  if (!one) return;
  const isOther = shownId !== one.id;
  shownId = one.id;
  if (isOther || document.activeElement !== subject) subject.value = one.subject;
  priority.value = one.priority;
  const isClosed = one.status === "closed";
  for (const field of [subject, priority, byId("tag")]) field.disabled = isClosed;
  showTags(one, isClosed);
  showPromises(one);
  showRating(one);
});

function showTags({ tags }, isClosed) {
  const list = byId("tags");
  if (list.dataset.mark === `${tags} ${isClosed}`) return;
  list.dataset.mark = `${tags} ${isClosed}`;
  list.replaceChildren(...tags.map((tag) => {
    const { root, parts } = copyOf("tag-chip");
    parts.name.textContent = tag;
    parts.remove.hidden = isClosed;
    parts.remove.setAttribute("aria-label", `Remove the tag ${tag}`);
    parts.remove.addEventListener("click", () => report(() => setTags((all) => all.filter((one) => one !== tag))));
    return root;
  }));
}

const setTags = (edit) => change(ticket(), { tags: edit(ticket().tags) });

function showPromises(one) {
  const lines = promisesOf(one).map(({ label, due, at, state }) => {
    const words = el("span", "promise-text number");
    if (at) words.textContent = state === "kept" ? "kept" : "missed";
    else showSpan(words, due, state === "missed" ? "missed by " : "due in ");
    words.title = `Due ${fullOf(due)}${at ? `, done ${fullOf(at)}` : ""}`;
    const symbol = { kept: "check", missed: "alert", soon: "alert", due: "clock" }[state];
    const line = el("p", "promise small", {}, icon(symbol), el("span", "muted", {}, label), " ", words);
    line.dataset.state = state;
    return line;
  });
  byId("promises").replaceChildren(...lines);
  byId("promises").hidden = !lines.length;
}

function showRating({ rating, desk }) {
  byId("rating").hidden = !rating;
  if (!rating) return;
  const stars = el("p", "stars", { role: "img", ariaLabel: `Rated ${rating} of 5` }, "★".repeat(rating) + "☆".repeat(5 - rating));
  const comment = desk.rating_comment ? [el("blockquote", "small", { textContent: desk.rating_comment })] : [];
  byId("rating").replaceChildren(stars, ...comment);
}

onSubmit(byId("subject-form"), async (values) => {
  await change(ticket(), values);
  subject.blur();
});
priority.addEventListener("change", () => report(() => change(ticket(), { priority: priority.value })));
onSubmit(byId("tag-form"), async ({ tag }, form) => {
  if (!tag.trim()) return;
  await setTags((all) => [...all, tag.trim()]);
  form.reset();
});
setInterval(() => ticket() && showPromises(ticket()), 30_000); // "due in" becomes "missed by"
