// What tests find in Node: people with our own modules and the official client.
import { Person } from "./person.js";

export { Crowd } from "./crowd.js";
export { Sequence } from "../../static/pulse-sequence.js";
export { Outbox } from "../../static/pulse-outbox.js";
export { PulseDesk } from "../../static/pulse-desk.js";
export { FileStorage } from "./person.js";

/** By name. */
export const people = {};

/** Somebody comes, with everything that `Person` takes. */
export function come(name, options) {
  people[name] = new Person(options);
}

/** They go live and open a conversation; returns its timeline. */
export async function open(name, id) {
  const person = people[name];
  person.chat.connect();
  person.timeline = await person.chat.open(id);
  return person.timeline;
}

/** The bodies of the messages in their timeline, once they are `wanted`, or what they are else. */
export async function bodies(name, wanted) {
  const read = () => people[name].timeline.messages.map(({ body }) => body);
  await until(() => JSON.stringify(read()) === JSON.stringify(wanted)).catch(() => {});
  return read();
}

/** Return as soon as `condition()` gives something, and that. Throws after `seconds`. */
export async function until(condition, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not true within ${seconds} s: ${condition}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
