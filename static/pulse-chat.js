/**
 * Conversations and messages of one user, kept live: every change once and in order, nothing that was written is lost.
 * Needs no page: it runs in browsers, and in Node with `io` of the package socket.io-client. In pages: `client.chat`.
 *
 * new PulseChat({ io, url, hello, renew, api, storage, userId, onEnd })
 *   hello, renew, onEnd   see pulse-socket.js; hello() and api(method, path, body) as in pulse-api.js
 *   storage               as localStorage, for what is to be sent; null: that lives as long as the page
 *   userId                whose conversations these are; without it, asked for
 *
 * connect(), close()        go live, with reconnects; leave
 * on(event, fn), off(...)   see below; `on` returns the chat
 * conversations             Map: id -> conversation as the API describes it; a new object with each change
 * load()                    promise; lists all your conversations, and keeps the list right from then on
 * put(conversation)         take what the REST API has answered
 * open(id), close(id)       promise of a Timeline (pulse-timeline.js) that is kept right; forget it
 * send(id, { body, attachmentIds, replyTo })    returns an item (pulse-outbox.js): stored now, sent when possible
 * pending(id)               items of which the message is not there yet, in order
 * retry(clientId), discard(clientId)            for items that are "failed"
 * edit(messageId, body), remove(messageId), react(messageId, emoji, on), pin(messageId, on)    promise of the message
 * markRead(id, seq), markUnread(id, seq)        shown at once; promise
 * look(id)                  what is on the screen now; null: nothing
 * typing(id), stopTyping(id)
 *
 * Events: "message" (conversationId, message, isNew): a change, in the order of changes, each once; "conversation"
 * (conversation, news): it is new or has changed, `news` says how if the server did; "gone" (conversationId): it is not
 * for you any more; "pending" (conversationId); "typing" (conversationId, { user_id, username, is_typing }); "read",
 * "delivered" (conversationId, { user_id, seq }); "ticket" (ticket): it is new or has changed, as its customer sees it;
 * "reset" (conversationId): so much was missed that the timeline began anew at the newest messages; "online"; "offline";
 * "resync": tickets may have been missed, which are to be asked for again.
 *
 * A conversation that is not open has no timeline: what changed in it while the connection was lost shows in
 * `conversations`, and not as "message".
 */
import { isOver } from "./pulse-api.js";
import { Delivery } from "./pulse-delivery.js";
import { Listing } from "./pulse-listing.js";
import { News } from "./pulse-news.js";
import { Outbox, isFinal } from "./pulse-outbox.js";
import { Receipts } from "./pulse-receipts.js";
import { PulseSocket } from "./pulse-socket.js";
import { Typing } from "./pulse-typing.js";

const CHANGES = ["new_message", "message_edited", "message_deleted", "message_pinned", "reaction"];
const LOOK_EVERY = 60_000; // ms

export class PulseChat {
  #options;
  #socket;
  #listing;
  #delivery;
  #outbox;
  #receipts;
  #typing;
  #news = new News();
  #userId = null;
  #isWanted = false;
  #looked = null;
  #timer = 0;

  constructor(options) {
    this.#options = options;
    this.#socket = new PulseSocket({
      ...options,
      url: `${options.url}/chat`,
      on: this.#events(),
      onEnd: (code) => {
        this.close();
        options.onEnd?.(code);
      },
    });
    const told = (event) => (...data) => this.#news.tell(event, ...data);
    const shared = { api: options.api, socket: this.#socket, gone: (id) => this.#gone(id) };
    this.#listing = new Listing({
      ...shared,
      isNewest: (answer) => this.#delivery.isNewest(answer),
      placed: (answer) => {
        this.#delivery.placed(answer);
        this.#receipts.received(answer.id);
      },
      changed: told("conversation"),
    });
    this.#delivery = new Delivery({
      ...shared,
      listing: this.#listing,
      userId: () => this.#userId,
      applied: (...change) => this.#applied(...change),
      jumped: (id) => this.#outbox.forgetSent(id),
      reset: told("reset"),
    });
    this.#outbox = new Outbox({
      ...shared,
      storage: options.storage,
      changed: told("pending"),
      acked: (item, message) => this.#acked(item, message),
    });
    this.#receipts = new Receipts(this.#listing, this.#socket);
    this.#typing = new Typing(
      (id, isTyping) => this.#socket.tell("typing", { conversation_id: id, is_typing: isTyping }),
      told("typing"),
    );
    if (options.userId) this.#belongTo(options.userId);
  }

  connect() {
    if (!this.#isWanted) this.#identify();
    return this;
  }

  close(id) {
    if (id !== undefined) return this.#delivery.close(id);
    this.#isWanted = false;
    clearTimeout(this.#timer);
    for (const part of [this.#socket, this.#listing, this.#receipts, this.#typing]) part.close();
  }

  on(event, handler) {
    this.#news.on(event, handler);
    return this;
  }

  off(event, handler) {
    this.#news.off(event, handler);
    return this;
  }

  get conversations() {
    return this.#listing.conversations;
  }

  load() {
    return this.#listing.load();
  }

  put(conversation) {
    this.#listing.put(conversation);
  }

  open(id) {
    return this.#delivery.open(id);
  }

  // What is to be sent

  send(id, draft) {
    this.#typing.sent(id);
    return this.#outbox.add(id, draft);
  }

  pending(id) {
    return this.#outbox.pending(id);
  }

  retry(clientId) {
    this.#outbox.retry(clientId);
  }

  discard(clientId) {
    this.#outbox.discard(clientId);
  }

  edit(messageId, body) {
    return this.#command("edit_message", { message_id: messageId, body });
  }

  remove(messageId) {
    return this.#command("delete_message", { message_id: messageId });
  }

  react(messageId, emoji, on) {
    return this.#command("react", { message_id: messageId, emoji, on });
  }

  pin(messageId, on) {
    return this.#command("pin", { message_id: messageId, on });
  }

  markRead(id, seq) {
    return this.#receipts.mark("mark_read", id, seq);
  }

  markUnread(id, seq) {
    return this.#receipts.mark("mark_unread", id, seq);
  }

  look(id) {
    this.#looked = id;
    clearTimeout(this.#timer);
    this.#socket.tell("look", { conversation_id: id });
    if (id !== null) this.#timer = setTimeout(() => this.look(id), LOOK_EVERY);
  }

  typing(id) {
    this.#typing.now(id);
  }

  stopTyping(id) {
    this.#typing.stop(id);
  }

  async #command(event, data) {
    const { message } = await this.#socket.ask(event, data);
    this.#delivery.take(message.conversation_id, message.rev, message);
    return message;
  }

  #acked({ conversationId: id, clientId }, message) {
    this.#delivery.take(id, message.rev, message);
    if (this.#delivery.isApplied(id, message.rev)) this.#outbox.forget(clientId);
  }

  // Who this is, and being live

  async #identify() {
    this.#isWanted = true;
    while (this.#isWanted && this.#userId === null) {
      try {
        this.#belongTo((await this.#options.api("GET", "/api/profile/")).id);
      } catch (error) {
        if (isFinal(error) || isOver(error)) return;
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
    if (this.#isWanted) this.#socket.connect();
  }

  #belongTo(userId) {
    this.#userId = userId;
    this.#outbox.belongTo(userId);
  }

  #online() {
    this.#outbox.adopt();
    this.#receipts.flush();
    if (this.#looked !== null) this.look(this.#looked);
    this.#catchUp();
    this.#news.tell("online");
  }

  #catchUp() {
    this.#outbox.flush();
    this.#delivery.catchUp();
    if (this.#listing.isLoaded) this.#reload();
  }

  async #reload() {
    try {
      await this.#listing.load();
    } catch {
      if (!this.#socket.isConnected) return; // done when it is
      setTimeout(() => this.#socket.isConnected && this.#reload(), 2000);
    }
  }

  // What the server tells

  #events() {
    return {
      ...Object.fromEntries(CHANGES.map((event) => [event, (news) => this.#change(news)])),
      connect: () => this.#online(),
      disconnect: () => this.#news.tell("offline"),
      resync: () => {
        this.#catchUp();
        this.#news.tell("resync");
      },
      ticket_updated: ({ ticket }) => this.#news.tell("ticket", ticket),
      read: (news) => this.#read(news),
      delivered: ({ conversation_id: id, user_id, seq }) => {
        this.#listing.noteOther(id, user_id, { delivered_seq: seq });
        this.#news.tell("delivered", id, { user_id, seq });
      },
      typing: (news) => news.user_id !== this.#userId && this.#typing.hear(news),
      conversation_updated: (news) => {
        const isOpen = this.#delivery.isOpen(news.conversation_id);
        this.#listing.hear(news, { isMine: news.user_id === this.#userId, isOpen });
      },
    };
  }

  #change({ conversation_id: id, rev, message }) {
    if (!this.#delivery.take(id, rev, message)) this.#listing.meet(id);
  }

  #applied(id, message, isNew) {
    if (isNew) {
      this.#typing.said(message);
      this.#receipts.received(id);
    }
    if (message.is_mine && message.client_id) {
      this.#outbox.settle(message.client_id);
      this.#outbox.forget(message.client_id);
    }
    this.#news.tell("message", id, message, isNew);
  }

  #gone(id) {
    this.#receipts.forget(id);
    if (this.#delivery.gone(id)) this.#news.tell("gone", id);
  }

  #read({ conversation_id: id, user_id, seq }) {
    if (user_id === this.#userId) this.#receipts.hear(id, seq);
    else this.#listing.noteOther(id, user_id, { read_seq: seq, delivered_seq: seq });
    this.#news.tell("read", id, { user_id, seq });
  }
}
