// Pulse's REST API from a browser: tokens or cookies, renewal, errors. Pages import it through pulse-client.js.

const OVER = new Set(["token_expired", "not_signed_in", "invalid_token", "session_ended"]);
const WEEK = 7 * 86_400_000; // ms

/** A refusal: `code` is stable and for programs, `detail` for people, `errors` per field of the input. */
export class PulseError extends Error {
  constructor({ code = "unknown", status = 0, detail = "", title = "", errors = {} } = {}) {
    super(detail || title || "Something went wrong.");
    Object.assign(this, { name: "PulseError", code, status, detail: this.message, errors });
  }
}

/** What is thrown when there is no answer. */
export const unreachable = () => new PulseError({ code: "offline", detail: "Pulse cannot be reached now." });

/** Whether a refusal says that the access token is no good (any more). */
export const isOver = (problem) => problem?.status === 401 && OVER.has(problem.code);

/** Something kept for all tabs of this browser, made by `make` if there is nothing yet. */
export function stored(key, make) {
  try {
    if (localStorage.getItem(key) === null) localStorage.setItem(key, make());
    return localStorage.getItem(key);
  } catch {
    return make(); // storage is forbidden here: each page speaks for itself
  }
}

/** Keep something for all tabs of this browser, where that is allowed. */
export function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch { /* forbidden here */ }
}

/** What keeps things for all tabs of this browser, or null where that is forbidden. */
export function browserStorage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** Calls the API as one device of one user. */
export class PulseApi {
  #token = null;

  constructor({ url, getToken, deviceType } = {}) {
    this.url = (url ?? new URL(import.meta.url).origin).replace(/\/$/, "");
    this.getToken = getToken;
    this.deviceType = deviceType ?? (/Mobi|Android/.test(navigator.userAgent) ? "mobile" : "web");
    this.deviceId = stored("pulse-device", newDeviceId);
  }

  /** What this device says of itself when it connects; asks for a token where there are no cookies. */
  async hello() {
    const hello = { device_id: this.deviceId, device_type: this.deviceType };
    if (!this.getToken) return hello;
    this.#token = await Promise.resolve().then(this.getToken).catch(() => null);
    return { ...hello, token: this.#token };
  }

  /** The answer's JSON, or null if it has none. Throws PulseError. `onOver(code)` if the session is over. */
  async call(method, path, body, onOver) {
    let answer = await this.#send(method, path, body);
    if (isOver(answer.problem)) {
      if (await this.renew(answer.token)) answer = await this.#send(method, path, body);
      else onOver?.(answer.problem.code);
    }
    if (answer.problem) throw new PulseError(answer.problem);
    return answer.json;
  }

  /**
   * Get a better access token than `refused` (null with cookies): true, or false if the session is over.
   * Throws PulseError if that cannot be told now.
   */
  async renew(refused) {
    if (this.getToken) {
      if (this.#token === refused) await this.hello(); // else a call beside this one was faster
      return Boolean(this.#token) && this.#token !== refused;
    }
    const isOld = () => Date.now() - stored("pulse-refreshed", Date.now) > WEEK;
    // Any read renews the access cookie, and spends nothing that another tab might spend as well. Now and then
    // the session itself must be prolonged, by one tab.
    if (!navigator.locks || !isOld()) return this.#renewBy("GET", "/api/profile/");
    return navigator.locks.request("pulse-refresh", async () => {
      if (!isOld()) return this.#renewBy("GET", "/api/profile/");
      const isGood = await this.#renewBy("POST", "/api/refresh/");
      if (isGood) store("pulse-refreshed", Date.now());
      return isGood;
    });
  }

  async #renewBy(method, path) {
    const { problem } = await this.#send(method, path);
    if (problem && problem.status !== 401 && problem.status !== 403) throw new PulseError(problem);
    return !problem;
  }

  async #send(method, path, body) {
    const headers = { Accept: "application/json", "X-Device-Id": this.deviceId, "X-Device-Type": this.deviceType };
    if (this.getToken && !this.#token) await this.hello();
    const token = this.#token;
    if (this.getToken) headers.Authorization = `Bearer ${token}`;
    else if (method !== "GET") headers["X-CSRF-TOKEN"] = cookie("csrf_access_token");
    if (body && !(body instanceof FormData)) {
      headers["Content-Type"] = "application/json";
      body = JSON.stringify(body);
    }
    const credentials = this.getToken ? "omit" : "same-origin";
    let response, text;
    try {
      response = await fetch(this.url + path, { method, headers, body, credentials });
      text = await response.text();
    } catch {
      throw unreachable();
    }
    const json = parse(text);
    if (response.ok) return { json };
    return { token, problem: { status: response.status, title: response.statusText, ...json } };
  }
}

function newDeviceId() {
  const parts = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(parts, (part) => part.toString(16).padStart(8, "0")).join("");
}

function cookie(name) {
  return document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
