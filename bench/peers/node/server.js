// Chat and heartbeats as one writes them for Node.js: Socket.IO, Express, better-sqlite3, jsonwebtoken.
// Reads PORT, DATABASE (a file made of schema.sql) and JWT_SECRET_KEY.
"use strict";

const { createSecretKey } = require("node:crypto");
const http = require("node:http");
const Database = require("better-sqlite3");
const express = require("express");
const jwt = require("jsonwebtoken");
const { Server } = require("socket.io");

// A key made once: jsonwebtoken takes half a millisecond to find out what kind of key a text is.
const SECRET = createSecretKey(Buffer.from(process.env.JWT_SECRET_KEY));
const PAGE = 50;
const CHANGES = 200;

const db = new Database(process.env.DATABASE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = NORMAL");
const findUser = db.prepare("SELECT id, username FROM users WHERE id = ? AND status = 'active'");
const findMember = db.prepare("SELECT 1 FROM members WHERE conversation_id = ? AND user_id = ?");
const insert = db.prepare(
  "INSERT INTO messages (conversation_id, sender_id, client_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
);
const SELECT =
  "SELECT m.*, u.username FROM messages m JOIN users u ON u.id = m.sender_id WHERE m.conversation_id = ? ";
const newest = db.prepare(`${SELECT} ORDER BY m.id DESC LIMIT ${PAGE}`);
const changed = db.prepare(`${SELECT} AND m.id > ? ORDER BY m.id LIMIT ${CHANGES}`);
const beat = db.prepare(
  "UPDATE users SET online_status = 'online', last_seen = ? WHERE id = ? AND status = 'active'",
);

const HTML = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function shown(row) {
  return {
    id: row.id,
    conversation_id: row.conversation_id,
    channel_id: row.conversation_id,
    seq: row.id,
    rev: row.id,
    kind: "text",
    message_type: "text",
    sender_id: row.sender_id,
    sender: row.username,
    sender_name: row.username,
    sender_email: null,
    sender_avatar_url: null,
    body: row.body,
    content: row.body,
    html: `<p>${row.body.replace(/[&<>"]/g, (sign) => HTML[sign])}</p>`,
    mentions: [],
    mentions_all: false,
    reply_to: null,
    attachments: [],
    reactions: [],
    client_id: row.client_id,
    created_at: row.created_at,
    edited_at: null,
    deleted_at: null,
    is_deleted: false,
    pinned_at: null,
    is_pinned: false,
  };
}

function userOf(token) {
  const user = findUser.get(Number(jwt.verify(token, SECRET, { algorithms: ["HS256"] }).sub));
  if (!user) throw new Error("no such user");
  return user;
}

function markOnline(userId) {
  const seen = new Date().toISOString();
  if (beat.run(seen, userId).changes !== 1) throw new Error("no such user");
  return { ok: true, user_id: userId, status: "online", last_seen: seen };
}

const app = express();
app.disable("x-powered-by");
app.use(express.json());
app.get("/api/health/", (request, response) => response.json({ status: "healthy" }));
app.post("/api/users/heartbeat/", (request, response) => {
  let claims;
  try {
    claims = jwt.verify((request.get("authorization") || "").slice(7), SECRET, { algorithms: ["HS256"] });
  } catch {
    response.status(401).json({ error: "sign in first" });
    return;
  }
  response.json(markOnline(Number(claims.sub)));
});

const server = http.createServer(app);
const io = new Server(server);

for (const name of ["/chat", "/presence"]) {
  io.of(name).use((socket, next) => {
    try {
      socket.data.user = userOf(socket.handshake.auth.token);
      next();
    } catch (error) {
      next(error);
    }
  });
}

io.of("/presence").on("connection", (socket) => {
  socket.on("heartbeat", (data, ack) => ack(markOnline(socket.data.user.id)));
});

io.of("/chat").on("connection", (socket) => {
  const { user } = socket.data;

  socket.on("join", (data, ack) => {
    const id = data.conversation_id;
    if (!findMember.get(id, user.id)) return ack({ ok: false, error: "not a member" });
    socket.join(`conversation:${id}`);
    const rows = data.after_rev === undefined ? newest.all(id).reverse() : changed.all(id, data.after_rev);
    const messages = rows.map(shown);
    return ack({ ok: true, messages, last_rev: messages.length ? messages.at(-1).id : data.after_rev || 0 });
  });

  socket.on("send_message", (data, ack) => {
    const id = data.conversation_id;
    if (typeof data.body !== "string" || !data.body) return ack({ ok: false, error: "say something" });
    if (!findMember.get(id, user.id)) return ack({ ok: false, error: "not a member" });
    const row = {
      conversation_id: id,
      sender_id: user.id,
      username: user.username,
      client_id: data.client_id ?? null,
      body: data.body,
      created_at: new Date().toISOString(),
    };
    row.id = insert.run(id, user.id, row.client_id, row.body, row.created_at).lastInsertRowid;
    ack({ ok: true, id: row.id });
    const message = shown(row);
    return io
      .of("/chat")
      .to(`conversation:${id}`)
      .emit("new_message", { conversation_id: id, channel_id: id, rev: row.id, message });
  });
});

process.on("SIGUSR2", () => global.gc()); // before its memory is measured
server.listen(Number(process.env.PORT), "127.0.0.1");
