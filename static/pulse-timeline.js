// The messages of one conversation: a window on them, kept right while it moves and while they change. Knows no page.

const PAGE = 100;

/**
 * `id`: of the conversation. `messages`: ascending by seq, none left out between the first and the last.
 * `hasOlder`, `hasNewer`: whether there are more before and behind them. `rev`: the last change that is applied.
 * `conversation`: as the API has it. `older()`, `newer()`, `around(seq)`, `latest()`: promises, fulfilled when
 * `messages` has changed; they throw PulseError.
 */
export class Timeline {
  messages = [];
  hasNewer = false;
  isLoaded = false;
  #older = null; // cursor of the page before
  #api;
  #conversations;
  #sequence;
  #window = 0; // counts the windows: what was asked for an earlier one is dropped
  #loads = new Map(); // "older" or "newer" -> promise
  #loading = 0; // pages on their way
  #aside = new Map(); // id -> message that has changed while they are

  constructor(id, { api, conversations, sequence }) {
    this.id = id;
    this.#api = api;
    this.#conversations = conversations;
    this.#sequence = sequence;
    this.opened = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
    this.opened.catch(() => {}); // whoever opened it is told, and nobody else must be
  }

  get hasOlder() {
    return this.#older !== null;
  }

  get rev() {
    return this.#sequence.rev;
  }

  get conversation() {
    return this.#conversations.get(this.id) ?? null;
  }

  older() {
    return this.#once("older", async () => {
      if (!this.hasOlder) return;
      const { data, next } = await this.#page(`cursor=${encodeURIComponent(this.#older)}`);
      return () => {
        this.#older = next;
        this.#insert(data);
      };
    });
  }

  newer() {
    return this.#once("newer", async () => {
      if (!this.hasNewer) return;
      const { data } = await this.#page(`after_seq=${this.messages.at(-1)?.seq ?? 0}`);
      return () => {
        this.#insert(data);
        this.hasNewer = this.#isCut(data);
      };
    });
  }

  around(seq) {
    return this.#move(`around_seq=${seq}`, (data) => this.#isCut(data));
  }

  latest() {
    return this.#move("", () => false);
  }

  // For delivery: `opened` is a promise of the timeline, fulfilled by `resolve` and `reject`

  /** Begin at the newest messages. */
  begin(messages, older) {
    this.#window++;
    Object.assign(this, { messages, hasNewer: false, isLoaded: true });
    this.#older = older;
  }

  /** A message is new or has changed. */
  put(message) {
    if (this.#loading) this.#aside.set(message.id, message);
    if (this.hasOlder && message.seq < (this.messages[0]?.seq ?? 0)) return;
    if (this.hasNewer && message.seq > (this.messages.at(-1)?.seq ?? 0)) return;
    this.#insert([message]);
  }

  #insert(found) {
    for (const message of found) {
      const at = placeOf(this.messages, message.seq);
      const there = this.messages[at];
      if (there?.seq !== message.seq) this.messages.splice(at, 0, message);
      else if (message.rev > there.rev) this.messages[at] = message;
    }
  }

  /** Whether messages may be missing behind a page. Those that nobody keeps any more are not. */
  #isCut(page) {
    return page.length === PAGE && page.at(-1).seq < this.conversation.last_seq;
  }

  #page(query) {
    return this.#api("GET", `/api/messages/?conversation_id=${this.id}&limit=${PAGE}&${query}`);
  }

  /** Load into this window, at one end once at a time. `load` returns what to do with what came. */
  #once(end, load) {
    const [window, running] = [this.#window, this.#loads.get(end)];
    if (running?.window === window) return running.promise;
    const promise = this.#load(async () => {
      const apply = await load();
      if (window === this.#window) apply?.();
    });
    const entry = { window, promise };
    this.#loads.set(end, entry);
    const over = () => this.#loads.get(end) === entry && this.#loads.delete(end);
    promise.then(over, over);
    return promise;
  }

  #move(query, hasNewer) {
    const window = ++this.#window;
    return this.#load(async () => {
      const { data, next } = await this.#page(query);
      if (window !== this.#window) return;
      this.messages = data;
      this.#older = next;
      this.hasNewer = hasNewer(data);
    });
  }

  /** What changes while a page is on its way may be newer than what the page says. */
  async #load(load) {
    this.#loading++;
    try {
      await load();
      for (const message of this.#aside.values()) this.put(message);
    } finally {
      if (!--this.#loading) this.#aside.clear();
    }
  }
}

/** Where a message of this seq stands, or would stand. */
function placeOf(messages, seq) {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
