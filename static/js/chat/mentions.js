// "@" offers the people of the conversation, and those of "@channel" all at once.
import { fillAvatar } from "../ui.js";
import { el } from "../dom.js";
import { peopleOf } from "./people-of.js";
import { me, open } from "./page.js";
import { attachPicker } from "./picker.js";

const MOST = 8; // offers
const BEGUN = /(?:^|[^\w@.])@([A-Za-z0-9._-]{0,50})$/;
const CHANNEL = { user_id: 0, username: "channel", full_name: "Everybody in this channel" };

/** Offer people while "@..." is written in `area`. Returns a function that says whether a key was for the list. */
export const attachMentions = (area, list) =>
  attachPicker(area, list, {
    begun: BEGUN,
    find: async (words) => (open.id === null ? [] : fitting(await peopleOf(open.id), words.toLowerCase())),
    row,
    text: ({ username }) => `${username} `,
  });

function row(person) {
  const avatar = el("span", "avatar small", { ariaHidden: "true" });
  fillAvatar(avatar, person);
  return [avatar, el("strong", "", {}, person.full_name || person.username), el("span", "muted", {}, `@${person.username}`)];
}

function fitting(people, begun) {
  const rank = ({ username, full_name: name }) => {
    const words = [username, ...(name ?? "").split(/\s+/)].map((word) => word.toLowerCase());
    if (words.some((word) => word.startsWith(begun))) return 0;
    return words.some((word) => word.includes(begun)) ? 1 : 2;
  };
  const all = open.conversation?.kind === "channel" ? [...people, CHANNEL] : people;
  const found = all.filter((person) => person.user_id !== me && rank(person) < 2);
  return found.sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
}
