// The visitor's conversations, live: made when there is a visitor.
import { browserStorage, isOver } from "../../pulse-api.js";
import { PulseChat } from "../../pulse-chat.js";
import { isFinal } from "../../pulse-outbox.js";
import { io } from "../../vendor/socket.io.esm.min.js";
import { tellHost } from "./host.js";
import { api, arriveAtLast, takeRoom, visitor } from "./visitor.js";

/** The PulseChat, or null before `begin`. */
export let chat = null;

/** Come in and go live. Throws PulseError if this widget takes nobody. */
export async function begin() {
  await arriveAtLast();
  chat = new PulseChat({
    io,
    url: api.url,
    hello: () => api.hello(),
    renew: (token) => api.renew(token),
    api: (...call) => api.call(...call),
    storage: browserStorage(),
    userId: visitor.me.userId,
    onEnd: () => chat.connect(), // as a visitor one can always come in again
  });
  chat.on("ticket", (room) => {
    takeRoom(room);
    meetAgent(room);
  });
  chat.on("conversation", tellUnread);
  chat.on("resync", refresh);
  let isFirst = true;
  chat.on("online", () => {
    if (!isFirst) refresh();
    isFirst = false;
  });
  chat.connect();
  await atLast(() => chat.load());
}

/** Whoever answers from now on is the one whose read marks show. */
async function meetAgent({ agent, conversation_id: id }) {
  if (!agent || chat.conversations.get(id)?.other_user?.id === agent.id) return;
  await api.call("GET", `/api/conversations/${id}/`).then((answer) => chat.put(answer), () => {}); // `load` asks again
}

/** Ask for the tickets again: what became of them meanwhile was told to nobody here. */
export async function refresh() {
  try {
    const { data } = await api.call("GET", "/api/chat-rooms/?limit=50");
    for (const room of data) takeRoom(room);
  } catch { /* the next connection asks again */ }
}

/** How much is unread in a ticket, or in all. */
export function unreadOf(room) {
  const ids = room ? [room.conversation_id] : [...visitor.rooms.values()].map((one) => one.conversation_id);
  return ids.reduce((sum, id) => sum + (chat?.conversations.get(id)?.unread_count ?? 0), 0);
}

/** Tell the page around how much is unread. */
export const tellUnread = () => tellHost("unread", { count: unreadOf() });

/** The ticket of a conversation. */
export const roomOf = (id) => [...visitor.rooms.values()].find((room) => room.conversation_id === id);

/** Try until it works; throws only what trying again does not change. */
export async function atLast(action) {
  for (let pause = 500; ; pause = Math.min(2 * pause, 8000)) {
    try {
      return await action();
    } catch (error) {
      if (error.name !== "PulseError" || (isFinal(error) && !isOver(error))) throw error;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
