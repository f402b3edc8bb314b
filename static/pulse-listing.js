// All conversations of a user, each with its last message and how far it is read, kept right. Knows no page.

const SNIPPET = 140; // characters
const PAGE = 200;
const SPREAD = 1000; // ms within which many clients ask after the same news

export class Listing {
  conversations = new Map();
  isLoaded = false;
  #options;
  #readAt = new Map(); // id -> when it was last told live how far it is read, performance.now()
  #timers = new Map(); // id -> timer of a refresh to come
  #loading = null;
  #isStale = false;

  /**
   * `{ api, isNewest, placed, changed, gone }`: `isNewest(answer)`, whether the last message of an answer is taken too;
   * `placed(answer)`, called when it was taken; `changed(conversation, news)`; `gone(id)`.
   */
  constructor(options) {
    this.#options = options;
  }

  /** List everything. Throws PulseError. */
  load() {
    this.#isStale = true;
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** Ask for one conversation. Throws PulseError. */
  async refresh(id) {
    const asked = performance.now();
    this.put(await this.#options.api("GET", `/api/conversations/${id}/`), asked);
  }

  /** The same soon, once for several calls, at some moment within `spread` ms: others may be told to do so as well. */
  refreshSoon(id, spread = 0) {
    if (this.#timers.has(id)) return;
    const refresh = () => {
      this.#timers.delete(id);
      this.refresh(id).catch(({ status }) => status === 404 && this.#options.gone(id));
    };
    this.#timers.set(id, setTimeout(refresh, 50 + Math.random() * spread));
  }

  /** Take what the API has answered to what was `asked` then. What came live meanwhile is newer. */
  put(answer, asked = performance.now(), isNewest = this.#options.isNewest(answer)) {
    const { id } = answer;
    const own = this.conversations.get(id);
    const fields = { ...answer };
    if (own) {
      if (!isNewest) Object.assign(fields, pick(own, "last_seq", "last_rev", "last_message", "updated_at"));
      if ((this.#readAt.get(id) ?? 0) > asked) Object.assign(fields, pick(own, "read_seq", "delivered_seq"));
      if (own.other_user && answer.other_user) fields.other_user = further(answer.other_user, own.other_user);
      fields.member_count ??= own.member_count;
    }
    if (!own || JSON.stringify(own) !== JSON.stringify(counted(fields))) this.change(id, fields);
    this.#options.placed(answer);
  }

  /** Change fields of a conversation; `news` says how the server put it. */
  change(id, fields, news = null) {
    const now = counted({ ...this.conversations.get(id), ...fields });
    this.conversations.set(id, now);
    this.#options.changed(now, news);
  }

  /** A message is new or has changed, in the order of changes. */
  note(id, message, isNew) {
    const { last_rev: rev, last_seq: seq, last_message: last, other_user: other } = this.conversations.get(id);
    const fields = { last_rev: Math.max(rev, message.rev), last_seq: Math.max(seq, message.seq) };
    if (message.seq >= (last?.seq ?? 0)) fields.last_message = inOneLine(message);
    if (isNew) fields.updated_at = message.created_at;
    if (isNew && message.kind !== "event") {
      const reached = { read_seq: message.seq, delivered_seq: message.seq };
      if (message.is_mine) Object.assign(fields, this.#further(id, reached));
      else if (other?.user_id === message.sender_id) fields.other_user = further(other, reached);
    }
    this.change(id, fields);
  }

  /** It became known live how far this user has read or received. */
  noteOwn(id, fields) {
    if (!this.conversations.has(id)) return;
    this.#readAt.set(id, performance.now());
    this.change(id, fields);
  }

  /** It became known live how far somebody else has. */
  noteOther(id, userId, fields) {
    const { other_user: other } = this.conversations.get(id) ?? {};
    if (other?.user_id === userId) this.change(id, { other_user: further(other, fields) });
  }

  /** The server tells that something about a conversation is new, about this user or about others. */
  hear(news, { isMine, isOpen }) {
    const { conversation_id: id, change, name, topic, is_private, is_archived } = news;
    const known = this.conversations.get(id);
    if (change === "left" && isMine) {
      // Whoever is at the desk still sees what they answer no more; asking tells.
      return known?.kind === "support" || (!known && isOpen) ? this.refreshSoon(id) : this.#options.gone(id);
    }
    if (change === "deleted") return this.#options.gone(id);
    if (!known) return this.meet(id);
    this.change(id, { name, topic, is_private, is_archived }, news);
    // What one may do there now, and how many there are, the news do not say.
    const isOfMembers = change === "joined" || change === "left";
    if (isMine || isOpen || !isOfMembers) this.refreshSoon(id, isMine ? 0 : SPREAD);
  }

  /** One has heard of a conversation that is not listed. */
  meet(id) {
    if (this.isLoaded) this.refreshSoon(id);
  }

  delete(id) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#readAt.delete(id);
    return this.conversations.delete(id);
  }

  /** Ask for nothing any more. */
  close() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  async #load() {
    while (this.#isStale) {
      this.#isStale = false;
      const before = [...this.conversations.values()].filter((one) => one.is_member).map((one) => one.id);
      const listed = new Set();
      for (let cursor = ""; cursor !== null; ) {
        const asked = performance.now();
        const { data, next } = await this.#options.api("GET", `/api/conversations/?limit=${PAGE}${cursor}`);
        for (const answer of data) {
          listed.add(answer.id);
          this.put(answer, asked);
        }
        cursor = next && `&cursor=${encodeURIComponent(next)}`;
      }
      // One that moved up in the list, between two pages, is not gone.
      for (const id of before) if (!listed.has(id)) this.refreshSoon(id);
    }
    this.isLoaded = true;
  }

  #further(id, fields) {
    this.#readAt.set(id, performance.now());
    return further(pick(this.conversations.get(id), "read_seq", "delivered_seq"), fields);
  }
}

function counted(conversation) {
  const { is_member: isMember, last_seq: last, read_seq: read } = conversation;
  return { ...conversation, unread_count: isMember ? Math.max(0, last - read) : 0 };
}

/** `fields` of somebody, but not less far read or received than `known`. */
function further(fields, known) {
  const most = (name) => Math.max(fields[name] ?? 0, known[name] ?? 0);
  return { ...fields, read_seq: most("read_seq"), delivered_seq: most("delivered_seq") };
}

function pick(object, ...names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

function inOneLine({ id, seq, kind, body, created_at, sender_id, sender, sender_name, is_deleted }) {
  const line = [...body.split(/\s+/).filter(Boolean).join(" ")];
  const text = line.length <= SNIPPET ? line.join("") : `${line.slice(0, SNIPPET - 1).join("")}…`;
  return { id, seq, kind, body: text, content: text, created_at, sender_id, sender, sender_name, is_deleted };
}
