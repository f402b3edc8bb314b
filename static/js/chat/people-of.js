// Who is in a conversation: asked for once, and again when somebody came or went.
import { allOf } from "../lists.js";
import { chat, meet } from "./page.js";

const known = new Map(); // conversation id -> promise of its people

/** A promise of all people of a conversation, by username. Empty if they cannot be had now. */
export function peopleOf(id) {
  if (!known.has(id)) known.set(id, load(id).catch(() => {
    known.delete(id);
    return [];
  }));
  return known.get(id);
}

/** Forget who is in a conversation. */
export const forgetPeople = (id) => known.delete(id);

async function load(id) {
  const people = await allOf(`/api/conversations/${id}/members/`);
  people.forEach(meet);
  return people;
}

chat.on("gone", forgetPeople);
