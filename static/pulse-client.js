/**
 * Pulse's browser client: one ES module to import, for Pulse's own pages and for yours.
 *
 *   import { PulseClient } from "https://pulse.example.org/static/pulse-client.js";
 *   const pulse = new PulseClient({ getToken: () => myAccessToken() });
 *   pulse.on("presence", (person) => console.log(person.username, person.status));
 *   pulse.connect().subscribe([7, 12]);
 *
 * new PulseClient({ url, getToken, deviceType, userId })
 *   url         Pulse's address; without it, where this module came from
 *   getToken    () => access token, or a promise of one; asked on each connect and after a refusal.
 *               Without it the cookies of a sign-in at Pulse itself are used, and renewed when they expire
 *   deviceType  "web", "mobile" or "desktop"; without it, told from the browser
 *   userId      of whoever is signed in, where the page knows it
 *
 * connect()                  go live: beats, reconnects and subscribes again by itself; returns the client
 * close()                    a goodbye: this device counts as gone at once. A closed or reloaded page says none
 * on(event, fn), off(...)    see below; `on` returns the client
 * subscribe(ids), unsubscribe(ids), subscribeAll()    follow people (all of them: admins)
 * setStatus({ choice, expiresIn, statusText })        promise of your own presence; expiresIn in seconds
 * watch(id), unwatch(id)     promise; "came_online" follows once, as soon as that person is online
 * presence                   Map: user id -> presence as the API describes it, newest version only
 * take(people)               put people listed by the REST API into `presence`, unless older than what is there
 * self                       { user_id, status, choice }: yourself, as others see you; null before the first beat
 * chat                       conversations and messages, made when first asked for: see pulse-chat.js
 * follow(namespace, on)      a PulseSocket (pulse-socket.js) to "/activity" or "/notifications", with handlers by event;
 *                            live as long as the client is
 * api(method, path, body)    promise of the answer's JSON (null if it has none). `body`: an object or FormData.
 *                            Refusals are thrown as PulseError { code, status, detail, errors }
 *
 * Events: "connected"; "disconnected"; "presence" (person, as before or undefined); "hidden" (id: no longer
 * to be seen); "came_online" ({ user_id, username, at }); "self" (as above); "signed_out" ({ code }: the session has
 * ended; nothing more comes until connect() is called again).
 */
import { io } from "./vendor/socket.io.esm.min.js";
import { PulseApi, PulseError, browserStorage, store, stored } from "./pulse-api.js";
import { PulseChat } from "./pulse-chat.js";
import { News } from "./pulse-news.js";
import { PulseSocket } from "./pulse-socket.js";

export { PulseError };

const INPUT = ["pointerdown", "pointermove", "keydown", "touchstart", "wheel", "visibilitychange"];
const PER_MESSAGE = 200; // ids in one subscribe

export class PulseClient {
  presence = new Map();
  self = null;
  #api;
  #live;
  #chat = null;
  #followed = []; // sockets
  #userId;
  #news = new News();
  #wanted = new Set();
  #wantsAll = false;
  #timer = 0;
  #beatEvery = 30_000;
  #lastBeat = 0;
  #lastInput = 0;
  #storedInput = 0;

  constructor(options) {
    this.#api = new PulseApi(options);
    this.#userId = options?.userId;
    this.#live = new PulseSocket({
      ...this.#door("/presence"),
      on: {
        connect: () => this.#connected(),
        disconnect: (reason) => this.#news.tell("disconnected", reason),
        resync: () => this.#follow(),
        presence_snapshot: ({ users }) => this.take(users),
        presence_update: (person) => this.#put(person, 1),
        presence_hidden: ({ user_id: id }) => this.#hide(id),
        came_online: (news) => {
          this.#news.tell("came_online", news);
          this.unwatch(news.user_id).catch(() => {}); // it is told until we say that we know
        },
      },
    });
    const [visit] = performance.getEntriesByType("navigation");
    // Somebody opened this page just now; a reload may be the page's own doing.
    if (visit?.type === "navigate" && !document.hidden) this.#noteInput(Date.now());
    else this.#lastInput = Number(stored("pulse-input", () => Date.now()));
  }

  connect() {
    if (this.#live.isWanted) return this;
    for (const name of INPUT) document.addEventListener(name, this.#onInput, { capture: true, passive: true });
    this.#live.connect();
    this.#chat?.connect();
    for (const socket of this.#followed) socket.connect();
    return this;
  }

  close() {
    for (const name of INPUT) document.removeEventListener(name, this.#onInput, { capture: true });
    clearTimeout(this.#timer);
    this.#live.close();
    this.#chat?.close();
    for (const socket of this.#followed) socket.close();
  }

  get chat() {
    if (this.#chat) return this.#chat;
    const api = (...call) => this.api(...call);
    this.#chat = new PulseChat({ ...this.#door(""), api, storage: browserStorage(), userId: this.#userId });
    if (this.#live.isWanted) this.#chat.connect();
    return this.#chat;
  }

  follow(namespace, on) {
    const socket = new PulseSocket({ ...this.#door(namespace), on });
    this.#followed.push(socket);
    if (this.#live.isWanted) socket.connect();
    return socket;
  }

  on(event, handler) {
    this.#news.on(event, handler);
    return this;
  }

  off(event, handler) {
    this.#news.off(event, handler);
    return this;
  }

  subscribe(ids) {
    const fresh = [...ids].filter((id) => !this.#wanted.has(id));
    for (const id of fresh) this.#wanted.add(id);
    this.#subscribe(fresh);
  }

  unsubscribe(ids) {
    const gone = [...ids].filter((id) => this.#wanted.delete(id));
    for (const id of gone) this.presence.delete(id);
    if (this.#live.isConnected && gone.length) this.#live.ask("unsubscribe", { user_ids: gone }).catch(() => {});
  }

  subscribeAll() {
    this.#wantsAll = true;
    if (this.#live.isConnected) this.#live.ask("subscribe", { all: true }).catch(() => {});
  }

  async setStatus({ choice, expiresIn, statusText }) {
    const change = { choice, expires_in: expiresIn, status_text: statusText };
    const { ok, ...mine } = await this.#live.ask("set_status", change);
    this.#put(mine, 0);
    return mine;
  }

  async watch(id) {
    await this.#live.ask("watch", { user_id: id });
  }

  async unwatch(id) {
    await this.#live.ask("unwatch", { user_id: id });
  }

  take(people) {
    for (const person of people) this.#put(person, 0);
  }

  api(method, path, body) {
    return this.#api.call(method, path, body, (code) => this.#end(code));
  }

  // The socket

  #connected() {
    this.#follow();
    this.#news.tell("connected");
  }

  #follow() {
    this.#beat();
    this.#subscribe([...this.#wanted]);
    if (this.#wantsAll) this.subscribeAll();
  }

  async #subscribe(ids) {
    if (!this.#live.isConnected) return; // asked for on connect
    try {
      for (let i = 0; i < ids.length; i += PER_MESSAGE) {
        const { not_found: gone } = await this.#live.ask("subscribe", { user_ids: ids.slice(i, i + PER_MESSAGE) });
        for (const id of gone) this.#hide(id);
      }
    } catch {
      setTimeout(() => this.#subscribe(ids.filter((id) => this.#wanted.has(id))), 3000);
    }
  }

  #door(namespace) {
    const url = this.#api.url + namespace;
    const [hello, renew] = [() => this.#api.hello(), (token) => this.#api.renew(token)];
    return { io, url, hello, renew, onEnd: (code) => this.#end(code) };
  }

  #end(code) {
    this.close();
    this.#news.tell("signed_out", { code });
  }

  // Beats and input

  async #beat() {
    if (this.#live.isConnected) await this.#tell();
    if (this.#live.isWanted) this.#beatIn(this.#isBack ? 1000 : this.#beatEvery);
  }

  #beatIn(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), milliseconds);
  }

  /** Whether there was input that others do not know of and that makes a difference. */
  get #isBack() {
    return this.self?.choice === "auto" && this.self.status !== "online" && this.#lastInput >= this.#lastBeat;
  }

  async #tell() {
    this.#lastBeat = Date.now();
    const input = Math.max(this.#lastInput, Number(stored("pulse-input", () => 0))); // of all tabs
    try {
      const ack = await this.#live.ask("heartbeat", { idle_ms: Math.max(0, Date.now() - input) });
      this.#beatEvery = ack.heartbeat_seconds * 1000;
      this.#noteSelf({ user_id: ack.user_id, status: ack.status, choice: ack.choice });
    } catch { /* a lost beat is made up by the next one */ }
  }

  #onInput = (event) => {
    if (event.type === "pointermove" && !event.movementX && !event.movementY) return; // redrawn below a still mouse
    if (event.type === "visibilitychange" && document.hidden) return;
    const now = Date.now();
    this.#noteInput(now);
    if (this.#isBack) this.#beatIn(Math.max(0, this.#lastBeat + 1000 - now)); // do not wait for the next beat
  };

  #noteInput(now) {
    this.#lastInput = now;
    if (now - this.#storedInput < 1000) return;
    this.#storedInput = now;
    store("pulse-input", now);
  }

  // What is known of people

  #put(person, least) {
    const before = this.presence.get(person.user_id);
    if (before && (person.epoch - before.epoch || person.version - before.version) < least) return;
    const now = { ...before, ...person };
    this.presence.set(person.user_id, now);
    this.#news.tell("presence", now, before);
    if (person.user_id === this.self?.user_id) this.#noteSelf({ ...this.self, status: person.status });
  }

  #noteSelf(self) {
    this.self = self;
    this.#news.tell("self", self);
  }

  #hide(id) {
    this.presence.delete(id);
    this.#news.tell("hidden", id);
  }
}
