// Who this is to Pulse: a visitor with a token that this browser keeps, or the customer whom the page vouches for.
import { PulseApi } from "../../pulse-api.js";
import { News } from "../../pulse-news.js";
import { isFinal } from "../../pulse-outbox.js";
import { host, settings } from "./host.js";
import { keep, kept } from "./kept.js";

const FRESH = 10 * 60_000; // ms for which an access token is used; the server takes it for 15 minutes
const STALE = 60_000; // ms after which it is worth asking whether somebody is here
const LONGEST_PAUSE = 15_000; // ms

/** `me`: `{ userId, name, email }`; `desk`: as the API says; `rooms`: id -> ticket. All empty before `arrive`. */
export const visitor = { me: null, desk: null, rooms: new Map() };

const url = location.origin;
const door = new PulseApi({ url });
const news = new News();
let token = null;
let since = 0; // when the token came
let arriving = null;

class VisitorApi extends PulseApi {
  renew(refused) {
    if (refused === token) since = 0;
    return super.renew(refused);
  }
}

/** The API as this visitor. */
export const api = new VisitorApi({ url, getToken });

/** Call `fn(ticket)` when a ticket is new or has changed. */
export const onRoom = (fn) => news.on("room", fn);

/** Call `fn()` when it is known anew how the desk stands. */
export const onDesk = (fn) => news.on("desk", fn);

/** Ask how the desk stands, if that was long ago. */
export function freshen() {
  if (Date.now() - since > STALE) arrive().catch(() => {}); // what is known stays
}

/** Take a ticket as the server has answered it. `unread_count` is not in what comes live. */
export function takeRoom(room) {
  visitor.rooms.set(room.id, room);
  news.tell("room", room);
}

/** Whether this browser, or the page, knows who this is: then there may be something new for them. */
export const isKnown = () => Boolean(host.customer || kept("visitor"));

/** Forget who was here. */
export function forget() {
  for (const what of ["visitor", "opening"]) keep(what, null);
}

/** An access token that is good for a while. Throws PulseError. */
export async function getToken() {
  if (!token || Date.now() - since > FRESH) await arrive();
  return token;
}

/** Come in, or in again. Throws PulseError. */
export function arrive() {
  arriving ??= alone(visit).finally(() => (arriving = null));
  return arriving;
}

/** The same, trying until it works; throws only what trying again does not change. */
export async function arriveAtLast() {
  for (let pause = 500; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await arrive();
    } catch (error) {
      if (error.name !== "PulseError" || isFinal(error)) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

/** Two tabs at once must not become two visitors. Where a frame gets no locks, it gets no storage to share either. */
async function alone(fn) {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return fn();
  };
  try {
    return await navigator.locks.request(`pulse-visit:${settings.key}`, begin);
  } catch (error) {
    if (hasBegun) throw error;
    return fn();
  }
}

async function visit() {
  const body = { visitor_token: kept("visitor"), customer: claim() };
  const answer = await door
    .call("POST", `/api/widgets/${encodeURIComponent(settings.key)}/visit/`, body)
    .catch((error) => withoutClaim(error, body));
  keep("visitor", answer.visitor_token);
  if (visitor.me && visitor.me.userId !== answer.user_id) return location.reload();
  token = answer.access_token;
  since = Date.now();
  visitor.me = { userId: answer.user_id, name: answer.name, email: answer.email };
  visitor.desk = answer.desk;
  news.tell("desk");
  for (const room of answer.rooms) takeRoom(room);
}

function claim() {
  const { id, hash, name, email } = host.customer ?? {};
  return id ? { id: String(id), hash: String(hash ?? ""), name: name ?? "", email: email ?? "" } : null;
}

/** Nobody is who they are said to be by a wrong hash; they may write all the same. */
function withoutClaim(error, { visitor_token, customer }) {
  if (!customer || ![403, 422].includes(error.status)) throw error;
  console.warn(`Pulse: the visitor stays anonymous. ${error.detail}`);
  host.customer = null;
  return door.call("POST", `/api/widgets/${encodeURIComponent(settings.key)}/visit/`, { visitor_token });
}
