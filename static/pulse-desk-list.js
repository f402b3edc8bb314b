// Which tickets a list of the desk shows, and in which order: as the server would list them. Pure.

const OPEN = ["waiting", "active"];

/**
 * Whether a ticket is among those that are asked for: `{ view, status, priority, tag, team_id, is_snoozed, search }` as
 * for GET /api/chat-rooms/, those without a value left out. `userId` is whose "mine" is.
 */
export function fits(ticket, question, userId) {
  const { view = "all", status, priority, tag, team_id: team, is_snoozed: isSnoozed, search } = question;
  const { desk } = ticket;
  const wanted = view === "queue" ? "waiting" : (status ?? (view === "mine" ? "active" : undefined));
  if (wanted && ticket.status !== wanted) return false;
  if (view === "open" && !OPEN.includes(ticket.status)) return false;
  if (view === "mine" && ticket.agent?.id !== userId) return false;
  if (priority && ticket.priority !== priority) return false;
  if (tag && !ticket.tags.includes(tag)) return false;
  if (team && desk.team_id !== team) return false;
  if (isSnoozed !== undefined && Boolean(desk.snoozed_until) !== isSnoozed) return false;
  return !search || [ticket.subject, ticket.user?.username, ticket.user?.full_name].some((text) => has(text, search));
}

const has = (text, words) => (text ?? "").toLowerCase().includes(words.toLowerCase());

/** Who waits longest comes first; behind those who wait, what was left alone longest. */
export function byWait(one, other) {
  const [key, otherKey] = [keyOf(one), keyOf(other)];
  const at = key.findIndex((part, i) => part !== otherKey[i]);
  return at < 0 ? 0 : key[at] < otherKey[at] ? -1 : 1;
}

const keyOf = ({ desk, updated_at: updated, conversation_id: id }) =>
  [desk.awaits_since ? 0 : 1, Date.parse(desk.awaits_since ?? updated), id];

/** The question as a query. */
export function queryOf(question, more = {}) {
  const values = Object.entries({ order: "waiting", ...question, ...more });
  return new URLSearchParams(values.filter(([, value]) => value !== undefined && value !== null && value !== ""));
}

/** The tickets that a list shows: those that fit, up to `edge`, behind which nothing is loaded (null: all is). */
export function listed(tickets, question, userId, edge) {
  const isIn = (ticket) => fits(ticket, question, userId) && (!edge || byWait(ticket, edge) <= 0);
  return [...tickets].filter(isIn).sort(byWait);
}
