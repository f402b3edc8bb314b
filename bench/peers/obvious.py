"""Chat and heartbeats as one writes them: check the token, load the user, write with the ORM, commit.

Flask, Flask-SocketIO on eventlet and SQLAlchemy with SQLite: the design of a table with `last_seen` and
`online_status`. Reads PORT, DATABASE (a file made of schema.sql) and JWT_SECRET_KEY.
"""

import eventlet

eventlet.monkey_patch()

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, abort, session
from flask_jwt_extended import JWTManager, decode_token, get_jwt_identity, jwt_required
from flask_socketio import SocketIO, emit, join_room
from flask_sqlalchemy import SQLAlchemy
from messages import CHANGES, PAGE, shown
from sqlalchemy import ForeignKey, event, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

app = Flask(__name__)
app.config["SECRET_KEY"] = app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET_KEY"]
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['DATABASE']}"
db = SQLAlchemy(app)
jwt = JWTManager(app)
# The load does not answer pings while it measures.
socketio = SocketIO(app, async_mode="eventlet", ping_interval=3600)


class User(db.Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    online_status: Mapped[str] = mapped_column(default="offline")
    last_seen: Mapped[datetime | None]


class Member(db.Model):
    __tablename__ = "members"

    conversation_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)


class Message(db.Model):
    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int]
    sender_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    client_id: Mapped[str | None]
    body: Mapped[str]
    created_at: Mapped[datetime]
    sender: Mapped[User] = relationship(lazy="joined")


def shown_row(row: Message) -> dict[str, Any]:
    return shown(
        row.id,
        row.conversation_id,
        row.sender_id,
        row.sender.username,
        row.client_id,
        row.body,
        row.created_at.isoformat(),
    )


def mark_online(user_id: int) -> dict[str, Any]:
    user = db.session.get(User, user_id)
    if user is None or user.status != "active":
        abort(403)
    seen = datetime.now(UTC)
    user.online_status, user.last_seen = "online", seen
    db.session.commit()
    return {"ok": True, "user_id": user_id, "status": "online", "last_seen": seen.isoformat()}


@app.get("/api/health/")
def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/users/heartbeat/")
@jwt_required()
def heartbeat() -> dict[str, Any]:
    return mark_online(int(get_jwt_identity()))


@socketio.on("connect", namespace="/presence")
@socketio.on("connect", namespace="/chat")
def connect(auth: dict[str, Any]) -> bool:
    session["user_id"] = int(decode_token(auth["token"])["sub"])
    user = db.session.get(User, session["user_id"])
    return user is not None and user.status == "active"


@socketio.on("heartbeat", namespace="/presence")
def heartbeat_event(data: dict[str, Any]) -> dict[str, Any]:
    return mark_online(session["user_id"])


@socketio.on("join", namespace="/chat")
def join_event(data: dict[str, Any]) -> dict[str, Any]:
    id_ = data["conversation_id"]
    if db.session.get(Member, (id_, session["user_id"])) is None:
        return {"ok": False, "error": "not a member"}
    join_room(f"conversation:{id_}")
    wanted = select(Message).where(Message.conversation_id == id_)
    if "after_rev" in data:
        wanted = wanted.where(Message.id > data["after_rev"]).order_by(Message.id).limit(CHANGES)
        rows = list(db.session.scalars(wanted))
    else:
        rows = list(db.session.scalars(wanted.order_by(Message.id.desc()).limit(PAGE)))[::-1]
    last = rows[-1].id if rows else data.get("after_rev", 0)
    return {"ok": True, "messages": [shown_row(row) for row in rows], "last_rev": last}


@socketio.on("send_message", namespace="/chat")
def send_event(data: dict[str, Any]) -> dict[str, Any]:
    id_ = data["conversation_id"]
    if db.session.get(Member, (id_, session["user_id"])) is None:
        return {"ok": False, "error": "not a member"}
    message = Message(
        conversation_id=id_,
        sender_id=session["user_id"],
        client_id=data.get("client_id"),
        body=data["body"],
        created_at=datetime.now(UTC),
    )
    db.session.add(message)
    db.session.commit()
    told = {"conversation_id": id_, "channel_id": id_, "rev": message.id, "message": shown_row(message)}
    emit("new_message", told, to=f"conversation:{id_}")
    return {"ok": True, "id": message.id}


def main() -> None:
    with app.app_context():

        @event.listens_for(db.engine, "connect")
        def on_connect(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

    socketio.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_output=False)


if __name__ == "__main__":
    main()
