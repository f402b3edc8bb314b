// Who wants to hear of what.

export class News {
  #handlers = new Map(); // event -> functions

  on(event, handler) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
  }

  off(event, handler) {
    this.#handlers.get(event)?.delete(handler);
  }

  /** Tell everybody. What a handler throws is reported, and keeps nothing from going on. */
  tell(event, ...data) {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        handler(...data);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
