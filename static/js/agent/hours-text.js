// Business hours as people write them: "9:00-12:30, 13:30-17:00". Pure.

const SPAN = /^(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?$/;

/** The spans of a day in minutes after midnight, from a text; null if it cannot be read. */
export function spansOf(text) {
  const parts = text.split(",").map((part) => part.trim()).filter(Boolean);
  const spans = parts.map((part) => {
    const found = part.match(SPAN);
    if (!found) return null;
    const [, from, fromMinutes = 0, to, toMinutes = 0] = found;
    return [Number(from) * 60 + Number(fromMinutes), Number(to) * 60 + Number(toMinutes)];
  });
  return spans.includes(null) ? null : spans;
}

const clock = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;

/** The text of the spans of a day. */
export const textOf = (spans) => spans.map(([from, to]) => `${clock(from)}-${clock(to)}`).join(", ");
