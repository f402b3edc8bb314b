// A conversation that begins: its first message is kept until the server has made a ticket of it, also across a
// reload. What is written meanwhile follows it.
import { News } from "../../pulse-news.js";
import { isFinal, newClientId } from "../../pulse-outbox.js";
import { keep, kept } from "./kept.js";
import { t } from "./strings.js";
import { chat } from "./talks.js";
import { api, takeRoom } from "./visitor.js";

const SUBJECT = 80; // characters
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 8000]; // ms

const news = new News();
let drafts = JSON.parse(kept("opening") ?? "[]"); // { clientId, body, attachmentIds, state }: the first one opens
let running = false;

/** Call `fn(ticket)` when the ticket is there, or without one when something else is to be seen. */
export const onOpening = (fn) => news.on("opening", fn);

/** What is on its way, as items of the outbox are. */
export const openingItems = () => drafts;

/** Begin a conversation, or go on with one that is beginning. */
export function add({ body, attachmentIds }) {
  drafts.push({ clientId: newClientId(), body, attachmentIds, state: "sending" });
  store();
  news.tell("opening");
  run();
}

export function retry() {
  drafts[0].state = "sending";
  store();
  news.tell("opening");
  run();
}

export function discard() {
  drafts = [];
  store();
  news.tell("opening");
}

/** Go on with what was kept. */
export async function run() {
  if (running) return;
  running = true;
  for (let pause = FIRST_PAUSE; drafts[0]?.state === "sending"; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      await open(drafts[0]);
    } catch (error) {
      if (error.name !== "PulseError") throw error;
      if (isFinal(error) && drafts.length) fail(error);
      else await new Promise((done) => setTimeout(done, pause));
    }
  }
  running = false;
}

async function open({ clientId, body, attachmentIds }) {
  const subject = firstLine(body).slice(0, SUBJECT) || t.aFile;
  const asked = { subject, description: body, client_id: clientId, attachment_ids: attachmentIds };
  const room = await api.call("POST", "/api/chat-rooms/", asked);
  const [first, ...more] = drafts;
  if (first?.clientId !== clientId) return; // given up meanwhile
  drafts = [];
  for (const draft of more) chat.send(room.conversation_id, draft);
  store();
  takeRoom(room);
  news.tell("opening", room);
}

/** Without what makes it bold, a list, a quote or code. */
function firstLine(body) {
  const line = body.split("\n").find((one) => one.trim()) ?? "";
  return line.replace(/\*\*|~~|`|^\s*[>#*-]+\s+/g, "").trim();
}

function fail({ code, status, detail }) {
  Object.assign(drafts[0], { state: "failed", error: { code, status, detail } });
  store();
  news.tell("opening");
}

const store = () => keep("opening", drafts.length ? JSON.stringify(drafts) : null);
