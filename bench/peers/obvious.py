"""The obvious heartbeat: check the token, load the user, UPDATE their row, commit. For every beat.

Flask, Flask-SocketIO on eventlet and SQLAlchemy with SQLite, as one writes it: the design of a table
with `last_seen` and `online_status`. Reads PORT, DATABASE_URL, JWT_SECRET_KEY and USERS (how many).
"""

import eventlet

eventlet.monkey_patch()

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, abort, session
from flask_jwt_extended import JWTManager, decode_token, get_jwt_identity, jwt_required
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

app = Flask(__name__)
app.config["SECRET_KEY"] = app.config["JWT_SECRET_KEY"] = os.environ["JWT_SECRET_KEY"]
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db = SQLAlchemy(app)
jwt = JWTManager(app)
socketio = SocketIO(app, async_mode="eventlet")


class User(db.Model):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    online_status: Mapped[str] = mapped_column(default="offline")
    last_seen: Mapped[datetime | None]


def mark_online(user_id: int) -> dict[str, Any]:
    user = db.session.get(User, user_id)
    if user is None or user.status != "active":
        abort(403)
    seen = datetime.now(UTC)
    user.online_status, user.last_seen = "online", seen
    db.session.commit()
    return {"user_id": user_id, "status": "online", "last_seen": seen.isoformat()}


@app.get("/api/health/")
def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.post("/api/users/heartbeat/")
@jwt_required()
def heartbeat() -> dict[str, Any]:
    return mark_online(int(get_jwt_identity()))


@socketio.on("connect", namespace="/presence")
def connect(auth: dict[str, Any]) -> None:
    session["user_id"] = int(decode_token(auth["token"])["sub"])


@socketio.on("heartbeat", namespace="/presence")
def heartbeat_event(data: dict[str, Any]) -> dict[str, Any]:
    return mark_online(session["user_id"])


def main() -> None:
    with app.app_context():

        @event.listens_for(db.engine, "connect")
        def on_connect(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        db.create_all()
        db.session.add_all(User(username=f"user{n}") for n in range(1, int(os.environ["USERS"]) + 1))
        db.session.commit()
    socketio.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_output=False)


if __name__ == "__main__":
    main()
