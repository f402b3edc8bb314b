// Promised times (SLA): how a ticket stands to them.

const NAMES = { first_response: "First response", resolution: "Resolution" };

/**
 * The promises of a ticket: [{ name, label, due, at, state }]; `at` is when it was done or null; `state` is "kept",
 * "missed" (also while it is still to be done), "soon" or "due".
 */
export function promisesOf({ desk, status, resolved_at: resolved }, now = Date.now()) {
  const isDone = status === "resolved" || status === "closed";
  const all = [
    ["first_response", desk.response_due_at, desk.first_response_at],
    ["resolution", desk.resolution_due_at, isDone ? resolved : null],
  ];
  return all.filter(([name, due, at]) => due && (at || !isDone || name === "resolution")).map(([name, due, at]) => {
    const isMissed = (at ? Date.parse(at) : now) > Date.parse(due);
    const isSoon = !at && desk.targets_told.includes(`${name}:warning`);
    const state = isMissed ? "missed" : at ? "kept" : isSoon ? "soon" : "due";
    return { name, label: NAMES[name], due, at, state };
  });
}

/** The promise that matters most of an open ticket: missed before soon; null if all is well. */
export function alarmOf(ticket, now = Date.now()) {
  const open = promisesOf(ticket, now).filter(({ at }) => !at);
  return open.find(({ state }) => state === "missed") ?? open.find(({ state }) => state === "soon") ?? null;
}
