"""The Flask extensions, made once and bound to an app by `create_app`. Imports nothing from pulse."""

from typing import Any

from flask import Flask, current_app
from flask_cors import CORS
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_mail import Mail
from flask_migrate import Migrate
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Constraints have names, so that migrations can change them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Store:
    """Redis: `store.client` is the app's connection pool, `store.queue` the RQ queue on it.

    `store.slow_queue` is for jobs that wait for other people's servers; no other job waits behind them.
    """

    def init_app(self, app: Flask) -> None:
        # A dead Redis must be noticed at once: one retry for a stale connection, no waiting in between.
        pool = ConnectionPool.from_url(
            app.config["REDIS_URL"],
            decode_responses=True,
            max_connections=512,
            socket_connect_timeout=2,
            socket_timeout=5,
            retry=Retry(NoBackoff(), 1),
        )
        raw = ConnectionPool.from_url(app.config["REDIS_URL"], socket_connect_timeout=2, socket_timeout=30)
        app.extensions["pulse.redis"] = Redis(connection_pool=pool)
        for key, name in (("pulse.queue", "pulse"), ("pulse.slow_queue", "pulse-slow")):
            queue = Queue(name, connection=Redis(connection_pool=raw), serializer=JSONSerializer)
            app.extensions[key] = queue

    @property
    def client(self) -> Any:
        """A `redis.Redis` with text answers (whose own types say "maybe bytes, maybe None" everywhere)."""
        _refuse_while_writing()
        return current_app.extensions["pulse.redis"]

    @property
    def queue(self) -> Queue:
        _refuse_while_writing()
        queue: Queue = current_app.extensions["pulse.queue"]
        return queue

    @property
    def slow_queue(self) -> Queue:
        _refuse_while_writing()
        queue: Queue = current_app.extensions["pulse.slow_queue"]
        return queue


def is_writing() -> bool:
    """Whether a write transaction (`core.events.transaction`) is open here and now."""
    return db.session.registry.has() and WRITING in db.session().info


def _refuse_while_writing() -> None:
    if is_writing():
        raise RuntimeError("Redis inside a transaction: a greenlet that waits must not hold a write lock")


WRITING = "pulse.writing"  # marks, in the session's `info`, an open write transaction

db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
migrate = Migrate()
socketio = SocketIO()
jwt = JWTManager()
mail = Mail()
limiter = Limiter(key_func=get_remote_address)
cors = CORS()
csrf = CSRFProtect()
store = Store()
