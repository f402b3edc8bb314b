// One live connection to a namespace of Pulse: signs in, renews that, reconnects, asks with acks. Knows no page.
import { PulseError, isOver, unreachable } from "./pulse-api.js";

const PATIENCE = 10_000; // ms for an ack

export class PulseSocket {
  #options;
  #socket = null;
  #hello = {};
  #tries = 0;
  #retry = 0;

  /**
   * `{ io, url, hello, renew, on, onEnd }`: `io` of socket.io-client; `url` with the namespace; `hello()`, a promise
   * of what to say when connecting; `renew(token)`, a promise of whether a better token than this is at hand now;
   * `on`, handlers by name of the event; `onEnd(code)`, called when the session has ended.
   */
  constructor(options) {
    this.#options = options;
  }

  get isConnected() {
    return this.#socket?.connected ?? false;
  }

  /** Whether `connect` was called, and neither `close` nor the end of the session came after it. */
  get isWanted() {
    return this.#socket !== null;
  }

  connect() {
    if (this.#socket) return;
    const { io, url, hello, on } = this.#options;
    const socket = io(url, {
      transports: ["websocket"],
      auth: (send) => hello().then((said) => send((this.#hello = said))),
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
    });
    this.#socket = socket;
    socket.on("connect", () => (this.#tries = 0));
    socket.on("connect_error", (error) => this.#refused(error));
    for (const [event, handler] of Object.entries(on)) socket.on(event, handler);
    socket.on("disconnect", (reason) => {
      if (reason === "io server disconnect") this.#again(); // all other losses socket.io mends by itself
    });
  }

  /** Say goodbye. */
  close() {
    clearTimeout(this.#retry);
    this.#socket?.disconnect();
    this.#socket = null;
  }

  /** The ack's fields, within ten seconds, in which there may be a reconnect first. Throws PulseError. */
  async ask(event, data) {
    const ack = await this.#socket?.timeout(PATIENCE).emitWithAck(event, data).catch(() => null);
    if (!ack) throw unreachable();
    if (ack.ok) return ack;
    if (isOver(ack.error) && this.isConnected) this.#reconnect();
    throw new PulseError(ack.error);
  }

  /** Say something that is worth nothing later. */
  tell(event, data) {
    if (this.isConnected) this.#socket.emit(event, data);
  }

  /** With a new hello. */
  #reconnect() {
    this.#socket.disconnect();
    this.#again();
  }

  async #refused(error) {
    if (this.#socket?.active !== false) return; // the network, not a refusal: socket.io tries again
    const { status, code } = error.data ?? {};
    try {
      const isFinal = isOver(error.data) ? !(await this.#options.renew(this.#hello.token)) : status === 403;
      if (!this.#socket) return; // closed meanwhile
      if (isFinal) return this.#options.onEnd(code);
    } catch { /* not now, so later */ }
    this.#again();
  }

  #again() {
    const pause = this.#tries++ && Math.min(500 * 2 ** this.#tries, 15_000) * (0.5 + Math.random() / 2);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket?.connect(), pause);
  }
}
