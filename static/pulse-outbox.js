// What is to be sent: kept until it is acked, also across a restart; in order in each conversation. Knows no page.

const FIRST_PAUSE = 500; // ms, doubled with each failure in a row
const LONGEST_PAUSE = 8000;

/** Whether a refusal is one that trying again cannot change. */
export const isFinal = ({ status }) => status >= 400 && status < 500 && ![401, 408, 429].includes(status);

/**
 * An item: `{ clientId, conversationId, body, attachmentIds, replyTo, at, state, error }`. `at`: ms since 1970, later
 * for each. `state`: "sending"; "failed", then `error` is `{ code, status, detail }`; "sent", for the moment until the
 * message itself is there.
 */
export class Outbox {
  #items = [];
  #busy = new Set(); // conversations of which one item is on its way
  #stored = new Set(); // client ids that are in the storage
  #pauses = new Set(); // functions that end a pause
  #options;
  #prefix = null; // of the keys in `storage`; null until it is known whose they are
  #last = 0;

  /**
   * `{ storage, socket, changed, acked }`: `storage` as localStorage, or null; `changed(conversationId)`;
   * `acked(item, message)`.
   */
  constructor(options) {
    this.#options = options;
  }

  /** From now on items are this user's. What an earlier page, or another tab that is gone, has left is taken over. */
  belongTo(userId) {
    this.#prefix = `pulse-outbox:${userId}:`;
    for (const item of this.#items) this.#store(item);
    this.adopt();
  }

  /** Come to what the storage says: take over what is new there, let go of what another tab has sent or given up. */
  adopt() {
    const { storage, changed } = this.#options;
    if (!storage || !this.#prefix) return;
    for (const item of this.#items.filter((one) => this.#isElsewhere(one))) this.#drop(item);
    const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
    for (const key of keys.filter((name) => name?.startsWith(this.#prefix))) {
      const item = parse(storage.getItem(key));
      if (!item || this.#find(item.clientId)) continue;
      this.#stored.add(item.clientId);
      this.#items.push(item);
    }
    this.#items.sort((one, other) => one.at - other.at);
    for (const id of new Set(this.#items.map((item) => item.conversationId))) changed(id);
  }

  add(conversationId, { body = "", attachmentIds = [], replyTo = null }) {
    this.#last = Math.max(Date.now(), this.#last + 1);
    const item = {
      clientId: newClientId(),
      conversationId,
      body,
      attachmentIds,
      replyTo,
      at: this.#last,
      state: "sending",
      error: null,
    };
    this.#items.push(item);
    this.#store(item);
    this.#options.changed(conversationId);
    this.#run(conversationId);
    return item;
  }

  pending(conversationId) {
    return this.#items.filter((item) => item.conversationId === conversationId);
  }

  retry(clientId) {
    const item = this.#find(clientId);
    if (item?.state !== "failed") return;
    this.#set(item, "sending");
    this.#run(item.conversationId);
  }

  discard(clientId) {
    const item = this.#find(clientId);
    if (item) this.#drop(item);
  }

  /** Send what waits, in all conversations: there is reason to believe that it succeeds now. */
  flush() {
    for (const end of this.#pauses) end();
    for (const item of this.#items) this.#run(item.conversationId);
  }

  /** The server has it: no more need to keep it. */
  settle(clientId) {
    const item = this.#find(clientId);
    if (!item || item.state === "sent") return;
    item.state = "sent";
    this.#unstore(item);
  }

  /** The message itself is there, or nobody waits for it here. */
  forget(clientId) {
    const item = this.#find(clientId);
    if (item?.state === "sent") this.#drop(item);
  }

  /** The same for all of a conversation. */
  forgetSent(conversationId) {
    for (const { clientId } of this.pending(conversationId)) this.forget(clientId);
  }

  async #run(conversationId) {
    if (this.#busy.has(conversationId)) return;
    this.#busy.add(conversationId);
    try {
      let failures = 0;
      for (let item; (item = this.#next(conversationId)); ) {
        if (!this.#options.socket.isConnected) return; // `flush` comes with the connection
        else if (await this.#try(item)) failures = 0;
        else if (this.#options.socket.isConnected) await this.#pause(failures++);
      }
    } finally {
      this.#busy.delete(conversationId);
    }
  }

  async #pause(failures) {
    const ms = Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE);
    let end;
    const over = new Promise((done) => (end = done));
    this.#pauses.add(end);
    const timer = setTimeout(end, ms);
    await over;
    clearTimeout(timer);
    this.#pauses.delete(end);
  }

  #next(conversationId) {
    if (!this.#prefix) return null;
    return this.#items.find((item) => item.conversationId === conversationId && item.state === "sending");
  }

  /** Send an item once: false if that must be tried again. */
  async #try(item) {
    try {
      const { message } = await this.#options.socket.ask("send_message", {
        conversation_id: item.conversationId,
        body: item.body,
        client_id: item.clientId,
        attachment_ids: item.attachmentIds,
        reply_to: item.replyTo,
      });
      this.settle(item.clientId);
      this.#options.acked(item, message);
    } catch (error) {
      if (item.state !== "sending" || !this.#items.includes(item)) return true; // it arrived, or was given up
      if (!isFinal(error)) return false;
      const { code, status, detail } = error;
      this.#set(item, "failed", { code, status, detail });
    }
    return true;
  }

  #set(item, state, error = null) {
    Object.assign(item, { state, error });
    this.#store(item);
    this.#options.changed(item.conversationId);
  }

  #find(clientId) {
    return this.#items.find((item) => item.clientId === clientId);
  }

  #drop(item) {
    this.#items.splice(this.#items.indexOf(item), 1);
    this.#unstore(item);
    this.#options.changed(item.conversationId);
  }

  // The storage may be forbidden or full: then an item lives as long as the page

  #isElsewhere({ clientId }) {
    return this.#stored.has(clientId) && this.#options.storage.getItem(this.#prefix + clientId) === null;
  }

  #store(item) {
    if (!this.#prefix || !this.#options.storage) return;
    try {
      this.#options.storage.setItem(this.#prefix + item.clientId, JSON.stringify(item));
      this.#stored.add(item.clientId);
    } catch { /* full */ }
  }

  #unstore({ clientId }) {
    if (this.#stored.delete(clientId)) this.#options.storage.removeItem(this.#prefix + clientId);
  }
}

/** A name that no other message of this user has. */
export function newClientId() {
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(parts, (part) => part.toString(16).padStart(8, "0")).join("");
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
