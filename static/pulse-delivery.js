// Brings what happens to messages to where it belongs: each change once, in order, none left out. Knows no page.
import { PulseError } from "./pulse-api.js";
import { isFinal } from "./pulse-outbox.js";
import { Sequence } from "./pulse-sequence.js";
import { Timeline } from "./pulse-timeline.js";

const MOST_MISSED = 1000; // changes; if there are more, a timeline begins anew
const PAUSE = 1000; // ms before what failed is asked for again

export class Delivery {
  #options;
  #sequences = new Map(); // conversation id -> Sequence, for all that are known
  #timelines = new Map(); // conversation id -> Timeline, for those that are open

  /**
   * `{ api, socket, listing, userId(), applied(id, message, isNew), jumped(id), reset(id), gone(id) }`. `jumped`: a
   * conversation is right again, without telling each change that led there.
   */
  constructor(options) {
    this.#options = options;
  }

  /** A promise of the timeline. Throws PulseError if there is no such conversation for this user. */
  open(id) {
    if (!this.#timelines.has(id)) {
      const { api, listing } = this.#options;
      const sequence = this.#sequence(id);
      this.#timelines.set(id, new Timeline(id, { api, conversations: listing.conversations, sequence }));
      sequence.catchUp();
    }
    return this.#timelines.get(id).opened;
  }

  close(id) {
    this.#timelines.get(id)?.reject(new PulseError({ code: "closed", detail: "This conversation was closed." }));
    this.#timelines.delete(id);
    if (this.#options.listing.conversations.get(id)?.is_member) return;
    if (this.#sequences.has(id)) this.#options.socket.tell("leave", { conversation_id: id });
    this.#end(id);
  }

  /** A change has come, from whatever side. False if the conversation is not known here. */
  take(id, rev, message) {
    this.#sequences.get(id)?.take(rev, message);
    return this.#sequences.has(id);
  }

  /** Whether everything up to `rev` is applied, or nobody waits for it. */
  isApplied(id, rev) {
    return !this.#sequences.has(id) || rev <= this.#sequences.get(id).rev;
  }

  isOpen(id) {
    return this.#timelines.has(id);
  }

  /** Something may have been missed. */
  catchUp() {
    for (const id of this.#timelines.keys()) this.#sequence(id).catchUp();
  }

  /** Whether the summary in an answer of the API is the newest, and may replace what is known. */
  isNewest({ id, last_rev: rev }) {
    const known = this.#options.listing.conversations.get(id);
    return this.#timelines.get(id)?.isLoaded ? rev === this.#sequence(id).rev : rev >= (known?.last_rev ?? 0);
  }

  /** The API has told of a conversation. With a timeline, changes must come one by one; else its summary is enough. */
  placed({ id, last_rev: rev }) {
    const sequence = this.#sequence(id);
    if (this.#timelines.has(id)) sequence.expect(rev);
    else if (rev > sequence.rev) {
      sequence.standAt(rev);
      this.#options.jumped(id);
    }
  }

  /** A conversation is there no more for this user. Whether it was known. */
  gone(id) {
    const refusal = { code: "not_found", status: 404, detail: "There is no such conversation." };
    this.#timelines.get(id)?.reject(new PulseError(refusal));
    this.#timelines.delete(id);
    return this.#end(id);
  }

  #end(id) {
    this.#sequences.get(id)?.end();
    this.#sequences.delete(id);
    return this.#options.listing.delete(id);
  }

  #sequence(id) {
    if (!this.#sequences.has(id)) {
      const apply = (message) => this.#apply(id, [message]);
      this.#sequences.set(id, new Sequence({ apply, fetch: () => this.#fetch(id) }));
    }
    return this.#sequences.get(id);
  }

  /** All are in the timeline before any is told, so that none is left out there. */
  #apply(id, messages) {
    const { listing, userId, applied } = this.#options;
    const before = listing.conversations.get(id).last_seq;
    const timeline = this.#timelines.get(id);
    for (const message of messages) {
      message.is_mine = message.sender_id === userId();
      if (timeline?.isLoaded) timeline.put(message);
    }
    for (const message of messages) {
      const isNew = message.seq > before;
      listing.note(id, message, isNew);
      applied(id, message, isNew);
    }
  }

  async #fetch(id) {
    const { socket, listing, gone } = this.#options;
    if (!socket.isConnected) return false;
    const timeline = this.#timelines.get(id);
    try {
      if (!timeline) await listing.refresh(id);
      else if (timeline.isLoaded) await this.#resume(id, timeline);
      else await this.#begin(id, timeline);
    } catch (error) {
      if (isFinal(error)) return gone(id);
      if (!socket.isConnected) return false;
      await new Promise((done) => setTimeout(done, PAUSE));
      this.#sequence(id).catchUp();
    }
  }

  async #begin(id, timeline) {
    const asked = performance.now();
    const answer = await this.#options.socket.ask("join", { conversation_id: id });
    if (this.#timelines.get(id) !== timeline) return;
    const { conversation, messages, last_rev: rev, next } = answer;
    timeline.begin(messages, next);
    this.#options.listing.put(conversation, asked, true);
    this.#sequence(id).standAt(rev);
    this.#options.jumped(id);
    timeline.resolve(timeline);
  }

  async #resume(id, timeline) {
    const sequence = this.#sequence(id);
    const asked = performance.now();
    const changed = [];
    let answer = { last_rev: sequence.rev };
    do {
      answer = await this.#options.socket.ask("join", { conversation_id: id, after_rev: answer.last_rev });
      const missed = answer.conversation.last_rev - sequence.rev;
      if (missed > MOST_MISSED || missed < 0) return await this.#beginAnew(id, timeline);
      changed.push(...answer.messages);
    } while (answer.has_more);
    if (this.#timelines.get(id) !== timeline) return;
    sequence.standAt(answer.last_rev);
    this.#apply(id, changed);
    this.#options.listing.put(answer.conversation, asked);
  }

  /** So much was missed, or the server was set back to an earlier state. */
  async #beginAnew(id, timeline) {
    await this.#begin(id, timeline);
    if (this.#timelines.get(id) === timeline) this.#options.reset(id);
  }
}
