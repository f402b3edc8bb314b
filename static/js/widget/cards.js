// What is asked beside messages: a question out of hours, a rating, where to mail a transcript.
import { el } from "../dom.js";
import { symbol } from "./icons.js";
import { t } from "./strings.js";
import { attempt, say } from "./toast.js";
import { api, takeRoom, visitor } from "./visitor.js";

const STARS = [1, 2, 3, 4, 5];

function field(label, input) {
  return el("label", "field", {}, el("span", "", {}, label), input);
}

function onSubmit(form, button, action) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await attempt(button, action);
  });
}

/** The form for when nobody is there; `send(question)` once it is known who asks. */
export function questionForm(send) {
  const name = el("input", "", { name: "name", autocomplete: "name", maxLength: 200, value: visitor.me.name });
  const email = el("input", "", { type: "email", autocomplete: "email", required: true, maxLength: 254, value: visitor.me.email });
  const question = el("textarea", "", { required: true, rows: 4, maxLength: 8000 });
  const button = el("button", "button", { type: "submit" }, t.formSend);
  const fields = [field(t.name, name), field(t.email, email), field(t.question, question)];
  const form = el("form", "card form", {}, el("h2", "", {}, t.formTitle), ...fields, button);
  onSubmit(form, button, async () => {
    await api.call("PUT", "/api/visitor/", { name: name.value.trim(), email: email.value.trim() });
    Object.assign(visitor.me, { name: name.value.trim(), email: email.value.trim() });
    send(question.value.trim());
    question.value = "";
  });
  return form;
}

/** Stars and a comment for a ticket that is done. */
export function ratingForm(room) {
  const stars = STARS.map((count) => {
    const input = el("input", "", { type: "radio", name: "rating", value: count, required: true });
    input.setAttribute("aria-label", t.stars(count));
    return el("label", "star", {}, input, symbol("star"));
  });
  const comment = el("textarea", "", { rows: 2, maxLength: 2000 });
  const button = el("button", "button", { type: "submit" }, t.rateSend);
  const choices = el("fieldset", "stars", {}, el("legend", "", {}, t.rate), el("div", "star-row", {}, ...stars));
  const form = el("form", "card form rating", {}, choices, field(t.comment, comment), button);
  onSubmit(form, button, async () => {
    const rating = Number(new FormData(form).get("rating"));
    takeRoom(await api.call("POST", `/api/chat-rooms/${room.id}/rate/`, { rating, comment: comment.value.trim() }));
  });
  return form;
}

/** Ask where to mail what was said. */
export function askTranscript(room) {
  const email = el("input", "", { type: "email", autocomplete: "email", required: true, maxLength: 254, value: visitor.me.email });
  const button = el("button", "button", { type: "submit" }, t.transcriptSend);
  const end = el("button", "button quiet", { type: "button" }, t.cancel);
  const form = el("form", "form", {}, el("h2", "", { id: "transcript-title" }, t.transcript), field(t.email, email), el("div", "row", {}, end, button));
  const box = el("dialog", "card", {}, form);
  box.setAttribute("aria-labelledby", "transcript-title");
  end.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  onSubmit(form, button, async () => {
    await api.call("POST", `/api/chat-rooms/${room.id}/transcript/`, { email: email.value.trim() });
    box.close();
    say(t.transcriptSent(email.value.trim()));
  });
  document.body.append(box);
  box.showModal();
}
