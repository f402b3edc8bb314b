// Who types: telling it, not too often, and hearing it, for as long as it holds. Knows no page.

const TELL_EVERY = 3000; // ms

export class Typing {
  #tell;
  #heard;
  #told = new Map(); // conversation id -> when it was told last
  #timers = new Map(); // "conversation id:user id" -> timer of those who type

  /** `tell(conversationId, isTyping)`; `heard(conversationId, { user_id, username, is_typing })`. */
  constructor(tell, heard) {
    this.#tell = tell;
    this.#heard = heard;
  }

  /** One has typed just now. */
  now(id) {
    if (Date.now() - (this.#told.get(id) ?? 0) < TELL_EVERY) return;
    this.#told.set(id, Date.now());
    this.#tell(id, true);
  }

  /** One has stopped. */
  stop(id) {
    if (this.#told.delete(id)) this.#tell(id, false);
  }

  /** One has sent what was typed, which tells the others enough. */
  sent(id) {
    this.#told.delete(id);
  }

  hear({ conversation_id: id, user_id, username, is_typing, expires_in: seconds }) {
    const key = `${id}:${user_id}`;
    const before = this.#timers.has(key);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (is_typing) {
      const end = () => this.hear({ conversation_id: id, user_id, username, is_typing: false });
      this.#timers.set(key, setTimeout(end, seconds * 1000));
    }
    if (is_typing || before) this.#heard(id, { user_id, username, is_typing });
  }

  /** Somebody has said something, so they type no more. */
  said({ conversation_id: id, sender_id: user_id, sender: username }) {
    if (this.#timers.has(`${id}:${user_id}`)) this.hear({ conversation_id: id, user_id, username, is_typing: false });
  }

  /** Forget who types. */
  close() {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#told.clear();
  }
}
