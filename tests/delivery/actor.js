// Does what tests/support/node.py says: one line of JSON in, one line out.
import { createInterface } from "node:readline";

import * as world from "./world.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { source, arg } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await (0, eval)(`(${source})`)(world, arg)) ?? null };
  } catch (error) {
    answer = { error: error.stack ?? String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
