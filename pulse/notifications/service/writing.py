"""How notifications are written: many in one statement, and what unread ones there are grow."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func

from pulse.core import clock
from pulse.core.database import insert
from pulse.core.events import publish
from pulse.extensions import db
from pulse.notifications import queries, rules
from pulse.notifications.events import Notified
from pulse.notifications.models import IS_UNREAD, Digest, Notification
from pulse.notifications.queries import Recipient
from pulse.notifications.rules import MAILED, NoticeKind

Recipients = Mapping[int, Recipient]  # by user
GROWING = ("message_id", "actor_id", "actors", "count", "last_seq", "updated_at")


def write(rows: Collection[dict[str, Any]], people: Recipients) -> None:
    """Write notifications inside a transaction: a new one, or more of the unread one of the same key.

    A row has user_id, kind, key, actors, and count, last_seq and what it is about where it is so. `people`
    are at least those users. Digests are held before notifications, here as everywhere.
    """
    if not rows:
        return
    _plan_mails(rows, people)
    lines = queries.unread_lines({row["user_id"] for row in rows}, {row["key"] for row in rows})
    now, fresh = clock.now(), []
    for row in rows:
        line = lines.get((row["user_id"], row["key"]))
        actors = rules.merged(row["actors"], line.actors if line else [])
        fresh.append(
            {"conversation_id": None, "message_id": None, "invitation_id": None, "last_seq": 0}
            | row
            | {
                "actors": actors,
                "actor_id": actors[0] if actors else None,
                "count": row.get("count", 1) + (line.count if line else 0),
                "created_at": line.created_at if line else now,
                "updated_at": now,
            }
        )
    session = db.session()
    statement = insert(session, Notification)
    statement = statement.on_conflict_do_update(
        index_elements=["user_id", "key"],
        index_where=IS_UNREAD,
        set_={name: statement.excluded[name] for name in GROWING},
    ).returning(Notification.id, Notification.user_id)
    written = session.execute(statement, fresh).all()
    publish(Notified([row.user_id for row in written], [row.id for row in written]))


def _plan_mails(rows: Collection[dict[str, Any]], people: Recipients) -> None:
    """Note when to look whether these users are to be mailed, unless that is noted already."""
    now, plans = clock.now(), {}
    for row in rows:
        who = people[row["user_id"]]
        if NoticeKind(row["kind"]) in MAILED and who.mail_after is not None:
            due = rules.mail_due(now, who.away_since, who.mail_after, None)
            plans[who.user_id] = {"user_id": who.user_id, "due_at": due}
    if plans:
        session = db.session()
        statement = insert(session, Digest)
        statement = statement.on_conflict_do_update(
            index_elements=["user_id"],
            set_={"due_at": func.coalesce(Digest.due_at, statement.excluded.due_at)},
        )
        session.execute(statement, [plans[user_id] for user_id in sorted(plans)])
