// Many people in one conversation, some of whom send all the time. Each checks what comes, and keeps only a digest.
import { createHash } from "node:crypto";

import { Person } from "./person.js";

const AT_ONCE = 20; // people who open the conversation at the same time
const AHEAD = 3; // messages that a sender has in the outbox
const REPEAT_EVERY = 25; // so many sends are followed by a repeat of what was acked
const RELOAD_EVERY = 1000; // messages after which a receiver goes to the newest page, as people do

class Receiver {
  seq = 0;
  faults = [];
  #rev = 0;
  #digest = createHash("sha256");

  constructor(options, id, turn) {
    this.person = new Person({ ...options, keepsLog: false });
    this.id = id;
    this.turn = turn;
    const { chat } = this.person;
    this.isOnline = false;
    chat.on("online", () => (this.isOnline = true));
    chat.on("offline", () => (this.isOnline = false));
    chat.on("reset", () => this.faults.push("a reset"));
    chat.on("message", (at, message, isNew) => this.#take(message, isNew));
  }

  async open() {
    this.person.chat.connect();
    this.timeline = await this.person.chat.open(this.id);
  }

  get digest() {
    return this.#digest.copy().digest("hex");
  }

  #take(message, isNew) {
    const { seq, rev, client_id: name, body } = message;
    if (!isNew || seq !== this.seq + 1 || rev <= this.#rev) {
      this.faults.push(`seq ${seq}, rev ${rev}, new ${isNew} after seq ${this.seq}, rev ${this.#rev}`);
    }
    this.seq = seq;
    this.#rev = rev;
    this.#digest.update(`${seq} ${name} ${body}\n`);
    if ((seq + this.turn) % RELOAD_EVERY === 0) this.timeline.latest().catch(() => {}); // the server is away just now
    this.arrived?.(message);
  }

  /** What is wrong with the timeline, if `last` is the last message. */
  timelineFaults(last) {
    const { messages } = this.timeline;
    const isWhole = messages.every(({ seq }, n) => seq === messages[0].seq + n) && messages.at(-1).seq === last;
    return isWhole ? [] : [`timeline ${messages[0].seq} to ${messages.at(-1).seq} in ${messages.length}`];
  }
}

class Sender extends Receiver {
  acked = new Set(); // client ids
  repeats = 0; // by `#repeat`
  stored = 0; // sends that were stored, but not acked, when they were made again
  #items = new Map(); // client id -> item
  #seqs = new Map(); // client id -> seq

  constructor(...options) {
    super(...options);
    this.person.chat.on("pending", () => {
      for (const [name, { state }] of this.#items) if (state === "sent") this.acked.add(name);
    });
    this.arrived = (message) => {
      if (!this.#items.has(message.client_id)) return;
      this.#seqs.set(message.client_id, message.seq);
      const times = this.person.sends.get(message.client_id);
      if (times.length > 1 && Date.parse(message.created_at) < times.at(-1)) this.stored++;
    };
  }

  /** `mayGoOn(n)`: a promise that is there as soon as message `n` may be sent. */
  async send(count, mayGoOn) {
    const { chat } = this.person;
    for (let n = 0; n < count; n++) {
      await mayGoOn(n);
      const item = chat.send(this.id, { body: `${this.turn}: ${n}` });
      this.#items.set(item.clientId, item);
      await this.#room(AHEAD);
      if (n % REPEAT_EVERY === REPEAT_EVERY - 1) this.#repeat().catch(() => {}); // the connection is lost just now
    }
    await this.#room(1);
  }

  get waiting() {
    return this.person.chat.pending(this.id).length;
  }

  /** How many sends there were in all, with those that the module made again by itself. */
  get sends() {
    return [...this.person.sends.values()].flat().length - this.repeats;
  }

  /** Until fewer than `limit` wait in the outbox. */
  async #room(limit) {
    const { chat } = this.person;
    while (this.waiting >= limit) {
      await new Promise((done) => {
        const hear = () => {
          chat.off("pending", hear);
          done();
        };
        chat.on("pending", hear);
      });
    }
  }

  /** Send again what was acked long ago. */
  async #repeat() {
    const [name, seq] = [...this.#seqs].at(-1) ?? [];
    if (!name) return;
    const { body } = this.#items.get(name);
    this.repeats++;
    const send = { conversation_id: this.id, body, client_id: name };
    const { message } = await this.person.socket.timeout(10_000).emitWithAck("send_message", send);
    if (message.seq !== seq) this.faults.push(`a repeat of ${seq} was acked as ${message.seq}`);
  }
}

export class Crowd {
  /** `people`: options for `Person`; the first `senders` of them send. */
  constructor(id, people, senders) {
    this.people = people.map((one, n) => new (n < senders ? Sender : Receiver)(one, id, n));
    this.senders = this.people.slice(0, senders);
  }

  async open() {
    const waiting = [...this.people];
    const some = async () => {
      for (let one; (one = waiting.pop()); ) await one.open();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  }

  /** Begin to send `each` messages by each sender, none far ahead of the others: so all do until the end. */
  start(each) {
    const mayGoOn = async (n) => {
      while (n > Math.min(...this.senders.map(({ acked }) => acked.size)) + each / 3) {
        await new Promise((done) => setTimeout(done, 2));
      }
    };
    this.sending = Promise.all(this.senders.map((one) => one.send(each, mayGoOn)));
  }

  progress() {
    return {
      acked: this.senders.reduce((sum, { acked }) => sum + acked.size, 0),
      offline: this.people.filter(({ isOnline }) => !isOnline).length,
      least: Math.min(...this.people.map(({ seq }) => seq)),
    };
  }

  /** What everybody has in the end. */
  result(last) {
    return {
      acked: this.senders.flatMap(({ acked }) => [...acked]),
      sends: this.senders.reduce((sum, { sends }) => sum + sends, 0),
      stored: this.senders.reduce((sum, { stored }) => sum + stored, 0),
      repeats: this.senders.reduce((sum, { repeats }) => sum + repeats, 0),
      digests: this.people.map(({ digest }) => digest),
      faults: this.people.flatMap((one) => [...one.faults, ...one.timelineFaults(last)]),
      megabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
    };
  }
}
