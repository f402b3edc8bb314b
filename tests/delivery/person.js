// A user as a page of ours would be: PulseChat on the official client, and a log of what it says.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { io } from "socket.io-client";

import { PulseApi } from "../../static/pulse-api.js";
import { PulseChat } from "../../static/pulse-chat.js";

const CHANGES = ["new_message", "message_edited", "message_deleted", "message_pinned", "reaction"];

/** localStorage in a file, which outlives the process. */
export class FileStorage {
  #path;

  constructor(path) {
    this.#path = path;
  }

  get length() {
    return Object.keys(this.#read()).length;
  }

  key(n) {
    return Object.keys(this.#read())[n] ?? null;
  }

  getItem(key) {
    return this.#read()[key] ?? null;
  }

  setItem(key, value) {
    this.#write({ ...this.#read(), [key]: String(value) });
  }

  removeItem(key) {
    const { [key]: gone, ...rest } = this.#read();
    this.#write(rest);
  }

  #read() {
    return existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, "utf8")) : {};
  }

  #write(all) {
    writeFileSync(this.#path, JSON.stringify(all));
  }
}

export class Person {
  log = []; // what the chat said: [event, conversation id, ...]
  sends = new Map(); // client id -> when it went out, each time (ms)
  socket = null; // the official client's, as it is now
  dropsAcks = false; // acks of sends do not arrive
  calls = []; // what was asked over REST: [method, path]
  holds = []; // promises for which the next answers over REST wait
  cuts = 0; // so many times the connection breaks as soon as a send has gone out

  /**
   * `trouble(event, news)`: what happens to a change on its way: the delays (ms) after which it arrives, once for each;
   * none: it is lost.
   */
  constructor({ url, token, nextToken, userId, storage = null, trouble = null, keepsLog = true }) {
    let asked = 0;
    const getToken = () => (asked++ ? (nextToken ?? token) : token);
    const api = new PulseApi({ url, getToken, deviceType: "web" });
    this.trouble = trouble;
    this.chat = new PulseChat({
      io: (address, options) => this.#wire(io(address, { ...options, forceNew: true })),
      url,
      hello: () => api.hello(),
      renew: (refused) => api.renew(refused),
      api: (...call) => this.#call(api, call),
      storage: storage && new FileStorage(storage),
      userId,
      onEnd: (code) => this.log.push(["end", code]),
    });
    if (keepsLog) this.#keepLog();
  }

  #keepLog() {
    const { chat, log } = this;
    chat.on("message", (id, message, isNew) => log.push(["message", id, message, isNew]));
    for (const event of ["gone", "reset", "typing", "read", "delivered"]) {
      chat.on(event, (...news) => log.push([event, ...news]));
    }
  }

  /** The messages that came as new, by their seq, in the order of coming. */
  seqs(id) {
    const news = this.log.filter(([event, at, , isNew]) => event === "message" && at === id && isNew);
    return news.map(([, , message]) => message.seq);
  }

  async #call(api, call) {
    const hold = this.holds.shift();
    this.calls.push(call.slice(0, 2));
    const answer = await api.call(...call);
    await hold;
    return answer;
  }

  /** The connection breaks. */
  cut() {
    this.socket.io.engine?.close();
  }

  #wire(socket) {
    this.socket = socket;
    const emit = socket.emit.bind(socket);
    socket.emit = (event, data, ...more) => {
      if (event !== "send_message") return emit(event, data, ...more);
      this.sends.set(data.client_id, [...(this.sends.get(data.client_id) ?? []), Date.now()]);
      const sent = this.dropsAcks ? emit(event, data, () => {}) : emit(event, data, ...more);
      if (this.cuts > 0) {
        this.cuts--;
        setTimeout(() => this.cut(), 1 + 30 * Math.random());
      }
      return sent;
    };
    const on = socket.on.bind(socket);
    socket.on = (event, handler) => {
      if (!CHANGES.includes(event)) return on(event, handler);
      return on(event, (news) => {
        if (!this.trouble) return handler(news);
        for (const delay of this.trouble(event, news)) setTimeout(() => handler(structuredClone(news)), delay);
      });
    };
    return socket;
  }
}
