// The numbered changes of one conversation, brought into order. Knows neither page nor network.

const GAP = 250; // ms, and up to twice that, for what is on its way to close a gap by itself
const LONGEST_GAP = 4000; // the same where that is found to be slow: many who ask at once would make it slower

/** Applies each change once, and none before the one in front of it. What does not come is asked for. */
export class Sequence {
  rev = -1; // of the last change that was applied; -1: nothing is known yet
  #waiting = new Map(); // rev -> change, ahead of their time
  #expected = -1; // the last change known to exist
  #timer = 0;
  #patience = GAP;
  #gap = null; // { from, to }: the last gap that was asked about
  #running = null;
  #isStale = false;
  #isOver = false;
  #apply;
  #fetch;

  /**
   * `apply(change)`; `fetch()`, a promise: it finds out what is missing, applies that, and calls `standAt`; meanwhile
   * nothing else is applied. It is false if that was not possible now: then somebody calls `catchUp` later.
   */
  constructor({ apply, fetch }) {
    this.#apply = apply;
    this.#fetch = fetch;
  }

  /** A change has come, whether it is the next one, a repeat or ahead of its time. */
  take(rev, change) {
    if (rev <= this.rev) return this.#noteLate(rev);
    this.#waiting.set(rev, change);
    this.expect(rev);
  }

  /** It is known that there are changes up to `rev`, so they should come. */
  expect(rev) {
    this.#expected = Math.max(this.#expected, rev);
    this.#drain();
  }

  /** Everything up to `rev` is applied by other means, and there is nothing behind it yet. */
  standAt(rev) {
    this.rev = rev;
    for (const early of [...this.#waiting.keys()]) if (early <= rev) this.#waiting.delete(early);
    this.#expected = Math.max(rev, ...this.#waiting.keys());
    this.#drain();
  }

  /** Ask for what is missing; what is missed while that is under way is asked for after it. */
  catchUp() {
    this.#isStale = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#drain();
    });
    return this.#running;
  }

  /** Apply nothing any more. */
  end() {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  async #run() {
    while (this.#isStale && !this.#isOver) {
      this.#isStale = false;
      if ((await this.#fetch()) === false) this.#expected = this.rev;
    }
  }

  #drain() {
    if (this.#running) return;
    while (!this.#isOver && this.#waiting.has(this.rev + 1)) {
      const change = this.#waiting.get(++this.rev);
      this.#waiting.delete(this.rev);
      this.#apply(change);
    }
    if (this.rev >= this.#expected || this.#isOver) {
      clearTimeout(this.#timer);
      this.#timer = 0;
    } else if (!this.#timer) {
      this.#timer = setTimeout(() => this.#ask(), this.#patience * (1 + Math.random()));
    }
  }

  #ask() {
    this.#timer = 0;
    this.#gap = { from: this.rev + 1, to: Math.min(this.#expected, ...this.#waiting.keys()) };
    this.catchUp();
  }

  /** What was asked for comes after all: next time there is more reason to wait. */
  #noteLate(rev) {
    if (!this.#gap || rev < this.#gap.from || rev >= this.#gap.to) return;
    this.#gap = null;
    this.#patience = Math.min(2 * this.#patience, LONGEST_GAP);
  }
}
