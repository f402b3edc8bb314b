// How far one has read and received: said until it is known, and heard from others. Knows no page.
import { isFinal } from "./pulse-outbox.js";

const GATHER = 300; // ms

export class Receipts {
  #listing;
  #socket;
  #marks = new Map(); // conversation id -> { event, seq }: the last thing said and not acked
  #busy = new Set(); // conversations of which a mark is on its way
  #arrived = new Set();
  #timer = 0;

  constructor(listing, socket) {
    this.#listing = listing;
    this.#socket = socket;
  }

  /** `event`: mark_read, or mark_unread. Shown at once. */
  mark(event, id, seq) {
    const readSeq = this.#listing.conversations.get(id)?.read_seq ?? 0;
    if (event === "mark_read" && seq <= readSeq) return Promise.resolve();
    this.#listing.noteOwn(id, { read_seq: event === "mark_read" ? seq : Math.max(0, seq - 1) });
    this.#marks.set(id, { event, seq });
    return this.#say(id);
  }

  /** Messages are here. */
  received(id) {
    this.#arrived.add(id);
    this.#timer ||= setTimeout(() => this.#acknowledge(), GATHER);
  }

  /** Say what could not be said before. */
  flush() {
    for (const id of this.#marks.keys()) this.#say(id);
  }

  /** One has read on another device, or here. News overtake each other, so they lead back only by asking. */
  hear(id, seq) {
    const own = this.#listing.conversations.get(id);
    if (!own || this.#marks.has(id) || seq === own.read_seq) return;
    if (seq > own.read_seq) this.#listing.noteOwn(id, { read_seq: seq });
    else this.#listing.refreshSoon(id);
  }

  forget(id) {
    this.#marks.delete(id);
    this.#arrived.delete(id);
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  async #say(id) {
    if (this.#busy.has(id) || !this.#socket.isConnected) return;
    this.#busy.add(id);
    try {
      for (let mark; (mark = this.#marks.get(id)); ) {
        const { read_seq: readSeq } = await this.#socket.ask(mark.event, { conversation_id: id, seq: mark.seq });
        if (this.#marks.get(id) !== mark) continue;
        this.#marks.delete(id);
        this.#listing.noteOwn(id, { read_seq: readSeq });
      }
    } catch (error) {
      if (!isFinal(error)) return; // `flush` says it again
      this.#marks.delete(id);
      this.#listing.refreshSoon(id);
      throw error;
    } finally {
      this.#busy.delete(id);
    }
  }

  async #acknowledge() {
    this.#timer = 0;
    const ids = [...this.#arrived];
    this.#arrived.clear();
    for (const id of ids) {
      const own = this.#listing.conversations.get(id);
      if (!own?.is_member || own.kind === "channel" || own.last_seq <= own.delivered_seq) continue;
      const seq = own.last_seq;
      try {
        await this.#socket.ask("delivered", { conversation_id: id, seq });
        this.#listing.noteOwn(id, { delivered_seq: seq });
      } catch { /* the next list shows that it is still to be said */ }
    }
  }
}
