// Which of a timeline's messages are elements of the page: a bounded part that moves as one scrolls. Pure.

export const STEP = 50; // messages by which it moves
export const MOST = 200; // messages in the page at once

/** Where a seq stands among messages (ascending), or where it would. */
export function indexOf(messages, seq) {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Frame {
  #first = 0; // seq
  #last = Infinity; // seq; infinite: goes with the newest message

  /** Whether new messages come into the frame. */
  get isAtEnd() {
    return this.#last === Infinity;
  }

  /** The messages within. */
  of(messages) {
    const [start, end] = this.#bounds(messages);
    return messages.slice(start, end);
  }

  /** Whether no loaded message lies above it. */
  isAtStart(messages) {
    return this.#bounds(messages)[0] === 0;
  }

  /** Go to the newest messages. */
  toEnd(messages) {
    this.#set(messages, messages.length - 2 * STEP, messages.length);
  }

  /** Put a message into the middle. */
  around(messages, seq) {
    const at = indexOf(messages, seq);
    this.#set(messages, at - STEP, at + STEP);
  }

  /** Move towards older messages. */
  up(messages) {
    const [start, end] = this.#bounds(messages);
    const first = Math.max(0, start - STEP);
    this.#set(messages, first, Math.min(end, first + MOST));
  }

  /** Move towards newer messages. */
  down(messages) {
    const [start, end] = this.#bounds(messages);
    const last = Math.min(messages.length, end + STEP);
    this.#set(messages, Math.max(start, last - MOST), last);
  }

  /** Keep the bound when messages have come: on top while the newest are looked at, else below. */
  settle(messages, isPinned) {
    const [start, end] = this.#bounds(messages);
    if (end - start <= MOST) return;
    if (isPinned) this.toEnd(messages);
    else this.#set(messages, start, start + MOST);
  }

  #bounds(messages) {
    const end = this.isAtEnd ? messages.length : indexOf(messages, this.#last + 1);
    return [Math.min(indexOf(messages, this.#first), end), end];
  }

  #set(messages, start, end) {
    start = Math.max(0, start);
    // At the start of what is loaded the frame holds on to the message itself, so that older ones stay outside.
    this.#first = messages[start]?.seq ?? 0;
    this.#last = end >= messages.length ? Infinity : messages[end - 1].seq;
  }
}
