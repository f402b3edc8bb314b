/**
 * The support desk as one agent sees it, kept live. Needs no page: it runs in browsers and in Node.
 *
 * new PulseDesk({ follow, api, userId })
 *   follow(namespace, handlers)   a PulseSocket (pulse-socket.js) that is being connected; in pages `client.follow`
 *   api(method, path, body)       as in pulse-api.js
 *   userId                        the agent's own id: whose "mine" is
 *
 * tickets                    Map: conversation id -> ticket as the API describes it; a new object with each change
 * agents                     Map: user id -> agent; viewers: conversation id -> who has it on the screen
 * counts                     { waiting, mine, open }
 * ask(question)              promise; list these tickets from now on (pulse-desk-list.js), also after a reconnect
 * shown                      the tickets of that list, in order; hasMore, more(): there is more behind them
 * find(id)                   promise of one ticket by its conversation, or null
 * put(ticket)                take what the REST API has answered
 * view(id)                   what is on the screen now; null: nothing
 *
 * Events: "ticket" (ticket, before); "list"; "counts"; "agent" (agent); "assigned" (ticket): it has become one's own;
 * "note" (conversationId, note); "missed" (conversationId, { target, is_warning }); "viewers" (conversationId, people);
 * "online": all is listed anew; "offline".
 */
import { listed, queryOf } from "./pulse-desk-list.js";
import { News } from "./pulse-news.js";

const PAGE = 50;
const MOST = 200; // tickets in one answer
const VIEW_EVERY = 60_000; // ms
const COUNT_EVERY = 1000; // ms, at most
const AGAIN = 2000; // ms before what failed is asked for again

export class PulseDesk {
  tickets = new Map();
  agents = new Map();
  viewers = new Map();
  counts = { waiting: 0, mine: 0, open: 0 };
  #api;
  #socket;
  #userId;
  #news = new News();
  #heard = new Map(); // conversation id -> when it was told last, performance.now()
  #mine = null; // ids of one's own active tickets, once they are known
  #question = null;
  #edge = null; // the last ticket that is loaded, while there are more
  #cursor = null;
  #turn = 0; // of the list at hand; answers to earlier questions are dropped
  #viewed = null;
  #viewTimer = 0;
  #countTimer = 0;

  constructor({ follow, api, userId }) {
    this.#api = api;
    this.#userId = userId;
    this.#socket = follow("/support", {
      connect: () => this.#online(),
      resync: () => this.#online(),
      disconnect: () => this.#news.tell("offline"),
      ticket_updated: ({ ticket }) => this.#hear(ticket),
      agent_updated: ({ agent }) => this.#putAgent(agent),
      note_added: ({ conversation_id: id, note }) => this.#news.tell("note", id, note),
      target_missed: ({ conversation_id: id, ...news }) => this.#news.tell("missed", id, news),
      viewers: ({ conversation_id: id, viewers }) => {
        this.viewers.set(id, viewers);
        this.#news.tell("viewers", id, viewers);
      },
    });
  }

  on(event, handler) {
    this.#news.on(event, handler);
    return this;
  }

  off(event, handler) {
    this.#news.off(event, handler);
    return this;
  }

  get shown() {
    return this.#question ? listed(this.tickets.values(), this.#question, this.#userId, this.#edge) : [];
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  ask(question) {
    this.#question = question;
    return this.#list(PAGE);
  }

  async more() {
    if (!this.hasMore) return;
    const [turn, asked] = [this.#turn, performance.now()];
    const { data, next } = await this.#page(PAGE, this.#cursor);
    if (turn !== this.#turn) return;
    this.#reach(data, next, asked);
    this.#news.tell("list");
  }

  async find(id) {
    const asked = performance.now();
    const { data } = await this.#api("GET", `/api/chat-rooms/?conversation_id=${id}`);
    if (data.length) this.put(data[0], asked);
    return this.tickets.get(id) ?? null;
  }

  /** Take an answer to what was `asked` then; what came live meanwhile, or is newer, stays. */
  put(ticket, asked = performance.now()) {
    const before = this.tickets.get(ticket.conversation_id);
    const isOlder = before && Date.parse(ticket.updated_at) < Date.parse(before.updated_at);
    if (isOlder || (before && (this.#heard.get(ticket.conversation_id) ?? 0) > asked)) return;
    this.tickets.set(ticket.conversation_id, ticket);
    this.#news.tell("ticket", ticket, before);
    this.#noteMine(ticket);
  }

  view(id) {
    this.#viewed = id;
    clearTimeout(this.#viewTimer);
    this.#socket.tell("view", { conversation_id: id });
    if (id !== null) this.#viewTimer = setTimeout(() => this.view(id), VIEW_EVERY);
  }

  // What the server tells

  #hear(ticket) {
    const before = this.tickets.get(ticket.conversation_id);
    if (before && Date.parse(ticket.updated_at) < Date.parse(before.updated_at)) return;
    this.#heard.set(ticket.conversation_id, performance.now());
    if (this.#question || before) this.tickets.set(ticket.conversation_id, ticket); // else nobody lists them
    this.#news.tell("ticket", ticket, before);
    this.#noteMine(ticket);
    this.#countTimer ||= setTimeout(() => {
      this.#countTimer = 0;
      this.#count().catch(() => {}); // the next change asks again
    }, COUNT_EVERY);
  }

  #noteMine(ticket) {
    const id = ticket.conversation_id;
    const isMine = ticket.status === "active" && ticket.agent?.id === this.#userId;
    if (!this.#mine || isMine === this.#mine.has(id)) return;
    if (!isMine) return this.#mine.delete(id);
    this.#mine.add(id);
    this.#news.tell("assigned", ticket);
  }

  #putAgent(agent) {
    this.agents.set(agent.id, agent);
    this.#news.tell("agent", agent);
  }

  /** From now on everything is told; what was before is asked for. */
  async #online() {
    try {
      await this.#socket.ask("subscribe", {});
      if (this.#viewed !== null) this.view(this.#viewed);
      await Promise.all([this.#loadAgents(), this.#loadMine(), this.#count()]);
      if (this.#question) await this.#list(Math.max(PAGE, this.shown.length));
      this.#news.tell("online");
    } catch {
      setTimeout(() => this.#socket.isConnected && this.#online(), AGAIN); // else the next connect does it
    }
  }

  async #loadAgents() {
    const { data } = await this.#api("GET", "/api/agents/");
    this.agents = new Map(data.map((agent) => [agent.id, agent]));
    for (const agent of data) this.#news.tell("agent", agent);
  }

  async #loadMine() {
    const asked = performance.now();
    const { data } = await this.#api("GET", `/api/chat-rooms/?${queryOf({ view: "mine" }, { limit: MOST })}`);
    const ids = new Set(data.map((ticket) => ticket.conversation_id));
    const before = this.#mine ?? ids;
    this.#mine = new Set([...before].filter((id) => ids.has(id) || this.#heard.get(id) > asked));
    for (const ticket of data) this.put(ticket, asked);
  }

  async #count() {
    this.counts = await this.#api("GET", "/api/desk/counts/");
    this.#news.tell("counts");
  }

  // The list

  #page(limit, cursor = null) {
    return this.#api("GET", `/api/chat-rooms/?${queryOf(this.#question, { limit, cursor })}`);
  }

  /** List anew. Of what was known only that stays which is listed, was told meanwhile, is one's own or on the screen. */
  async #list(count) {
    const turn = ++this.#turn;
    const asked = performance.now();
    const found = [];
    let cursor = null;
    do {
      const { data, next } = await this.#page(Math.min(MOST, count - found.length), cursor);
      if (turn !== this.#turn) return;
      found.push(...data);
      cursor = next;
    } while (cursor && found.length < count);
    const ids = new Set(found.map((ticket) => ticket.conversation_id));
    const stays = (id) => ids.has(id) || this.#mine?.has(id) || id === this.#viewed || this.#heard.get(id) > asked;
    for (const id of [...this.tickets.keys()]) if (!stays(id)) this.tickets.delete(id);
    this.#reach(found, cursor, asked);
    this.#news.tell("list");
  }

  #reach(found, cursor, asked) {
    for (const ticket of found) this.put(ticket, asked);
    this.#cursor = cursor;
    this.#edge = cursor ? found.at(-1) : null;
  }
}
