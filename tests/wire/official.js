// The official client against a server: node official.js URL. Prints one line of JSON.
import { io } from "socket.io-client";

const url = process.argv[2];
const found = {};

function opened(options) {
  const socket = io(url, { reconnection: false, forceNew: true, ...options });
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });
}

function heard(socket, count) {
  const all = [];
  return new Promise((resolve) => {
    socket.on("told", (data) => {
      all.push(data);
      if (all.length === count) resolve(all);
    });
  });
}

for (const [name, transports] of [
  ["websocket", ["websocket"]],
  ["polling", ["polling"]],
  ["upgrade", ["polling", "websocket"]],
]) {
  const socket = await opened({ transports, upgrade: name === "upgrade" });
  const events = heard(socket, 301);
  socket.emit("join", "room");
  socket.emit("tell", "room", 150, "before"); // on its way while the transport changes
  if (name === "upgrade" && socket.io.engine.transport.name !== "websocket") {
    await new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
  }
  const text = await socket.emitWithAck("echo", { text: "dünn ☂ \u2028", list: [1, null, true] });
  const bytes = await socket.emitWithAck("echo", { a: Buffer.from([0, 1, 254, 255]), b: [Buffer.from("x")] });
  const long = await socket.emitWithAck("echo", "ü".repeat(200_000));
  await socket.emitWithAck("tell", "room", 150, "after");
  socket.emit("tell", ["room", "nobody", socket.id], 1, Buffer.from([7]));
  const all = await events;
  found[name] = {
    transport: socket.io.engine.transport.name,
    text,
    bytes: [...bytes.a, ...bytes.b[0]],
    long: long.length,
    isInOrder: all.slice(0, 300).every(([number], at) => number === at % 150),
    last: [...all[300][1]],
  };
  const ended = new Promise((resolve) => socket.once("disconnect", resolve));
  socket.emit("bye");
  found[name].ended = await ended;
}
console.log(JSON.stringify(found));
process.exit(0);
