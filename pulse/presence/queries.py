"""Reads of presence. Statuses are computed at the moment of reading; nothing here commits."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core import clock, ports
from pulse.core.context import settings
from pulse.core.database import UtcDateTime
from pulse.core.errors import InvalidInput
from pulse.core.identity import Identity
from pulse.core.permissions import Role
from pulse.core.schemas import in_utc
from pulse.extensions import db
from pulse.presence import live
from pulse.presence.models import StatusChange, UserPresence, Watch
from pulse.presence.rules import Status
from pulse.presence.state import Copy, State
from pulse.presence.view import View


def copies(condition: ColumnElement[bool]) -> list[Copy]:
    """What SQL knows of the users who fulfil a condition.

    One statement, so that `rev` and what it stands for belong together.
    """
    rows = db.session.execute(
        select(User, UserPresence, Session.id, Session.expires_at)
        .join(UserPresence, UserPresence.user_id == User.id)
        .outerjoin(
            Session,
            and_(Session.user_id == User.id, Session.ended_at.is_(None), Session.expires_at > clock.now()),
        )
        .where(condition)
        .order_by(User.id)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[int, Copy] = {}
    for user, presence, session_id, expires_at in rows:
        copy = found.get(user.id) or found.setdefault(user.id, _copy(user, presence))
        if session_id is not None:
            copy.sessions[session_id] = clock.to_milliseconds(expires_at)
    return list(found.values())


def states(user_ids: Collection[int]) -> dict[int, State]:
    """The states of those of the users who exist; whom Redis does not know is loaded into it."""
    found = live.read(user_ids)
    missing = [user_id for user_id in user_ids if user_id not in found]
    for start in range(0, len(missing), live.BATCH):  # after a loss of Redis these may be very many
        loaded = live.load(copies(User.id.in_(missing[start : start + live.BATCH])), ghosts_last())
        found |= {state.user_id: state for state in loaded}
    return found


def views(user_ids: Collection[int]) -> dict[int, View]:
    """The presence at this moment of those of the users who exist."""
    return {user_id: View.of(state) for user_id, state in states(user_ids).items()}


def ghosts_last() -> int:
    """How long somebody whom Redis has lost keeps their status (ms): one heartbeat interval and some room."""
    return int(settings().presence_heartbeat_seconds * 1000) + 2000


def present_ids(after: int, limit: int) -> Sequence[int]:
    """Ids of users who are not offline by what was recorded last, above one of them."""
    query = select(UserPresence.user_id).where(
        UserPresence.presence != Status.OFFLINE, UserPresence.user_id > after
    )
    return db.session.scalars(query.order_by(UserPresence.user_id).limit(limit)).all()


def people(viewer: Identity, search: str, after: tuple[str, int] | None, limit: int) -> Sequence[Row[Any]]:
    """The list of people, by username: active accounts whose presence the viewer may see. Id and sort key."""
    name = func.lower(User.username)
    query = select(User.id, name.label("name")).where(
        User.account_status == AccountStatus.ACTIVE, User.role != Role.VISITOR
    )
    if not viewer.is_admin:
        shared = (User.visibility == Visibility.SHARED) & User.id.in_(ports.sharers(viewer.user_id))
        everyone = User.visibility == Visibility.EVERYONE
        query = query.where(everyone | shared | (User.id == viewer.user_id))
    if search:
        query = query.where(_matches(search))
    if after:
        query = query.where(tuple_(name, User.id) > after)
    return db.session.execute(query.order_by(name, User.id).limit(limit)).all()


def sharing(viewer_id: int, others: Collection[int]) -> set[int]:
    """Those of the others with whom the viewer shares something."""
    if not others:
        return set()
    (user_id,) = (sharers := ports.sharers(viewer_id).subquery()).c
    return set(db.session.scalars(select(user_id).select_from(sharers).where(user_id.in_(others))))


_LONG_AGO = literal(datetime(1970, 1, 1, tzinfo=UTC), UtcDateTime)
SORTS: dict[str, Any] = {
    "username": func.lower(User.username),
    "status": UserPresence.presence,
    "since": func.coalesce(UserPresence.since, _LONG_AGO),
    "last_seen": func.coalesce(UserPresence.last_seen, _LONG_AGO),
    "created_at": User.created_at,
}


def board(
    *,
    search: str,
    status: str | None,
    account_status: str | None,
    role: str | None,
    sort: str,
    descending: bool,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """A page of users for the status board, filtered and sorted by what is recorded: id and sort key."""
    key = SORTS[sort]
    query: Select[Any] = select(User.id, key.label("key")).join(UserPresence, UserPresence.user_id == User.id)
    if search:
        query = query.where(_matches(search) | User.email.icontains(search, autoescape=True))
    if status:
        query = query.where(UserPresence.presence == status)
    if account_status:
        query = query.where(User.account_status == account_status)
    if role:
        query = query.where(User.role == role)
    if after:
        place = tuple_(key, User.id)
        query = query.where(place < after if descending else place > after)
    order = (key.desc(), User.id.desc()) if descending else (key, User.id)
    return db.session.execute(query.order_by(*order).limit(limit)).all()


def board_key(key: str | datetime) -> str:
    """A sort key of the board as text for a cursor."""
    return key.isoformat() if isinstance(key, datetime) else str(key)


def board_place(sort: str, place: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """A cursor's place in the board; InvalidInput if it belongs to another order."""
    if place is None or sort in ("username", "status"):
        return place
    try:
        return in_utc(datetime.fromisoformat(place[0])), place[1]
    except ValueError:
        raise InvalidInput(
            "The cursor belongs to another order.", errors={"cursor": ["not one of ours"]}
        ) from None


def counts() -> dict[str, int]:
    """How many users have which recorded presence, and how many there are."""
    rows = db.session.execute(select(UserPresence.presence, func.count()).group_by(UserPresence.presence))
    found = {status.value: 0 for status in Status} | dict(rows.tuples().all())
    return found | {"total": sum(found.values())}


def history(
    user_id: int, start: datetime | None, end: datetime | None, before: tuple[int, int] | None, limit: int
) -> Sequence[StatusChange]:
    """A user's recorded changes that touch the time from `start` to `end`, newest first."""
    place = tuple_(StatusChange.epoch, StatusChange.version)
    query = select(StatusChange).where(StatusChange.user_id == user_id)
    if start:
        query = query.where(or_(StatusChange.until.is_(None), StatusChange.until > start))
    if end:
        query = query.where(StatusChange.at < end)
    if before:
        query = query.where(place < before)
    newest_first = query.order_by(StatusChange.epoch.desc(), StatusChange.version.desc())
    return db.session.scalars(newest_first.limit(limit)).all()


def watchers(user_id: int, came_online_at: datetime) -> list[Identity]:
    """Whose wait for this user ended at that moment."""
    rows = db.session.execute(
        select(User.id, User.role)
        .join(Watch, Watch.watcher_id == User.id)
        .where(Watch.user_id == user_id, Watch.came_online_at == came_online_at)
    )
    return [Identity(watcher_id, 0, Role(role)) for watcher_id, role in rows]


def came_online(watcher_id: int) -> dict[int, datetime]:
    """For whom this user waited and has not said yet that they know: id -> when they came."""
    rows = db.session.execute(
        select(Watch.user_id, Watch.came_online_at).where(
            Watch.watcher_id == watcher_id, Watch.came_online_at.is_not(None)
        )
    )
    return {user_id: at for user_id, at in rows if at}


def watched(watcher_id: int) -> Sequence[int]:
    """Whom this user wants to be told about and was not yet."""
    query = select(Watch.user_id).where(Watch.watcher_id == watcher_id, Watch.came_online_at.is_(None))
    return db.session.scalars(query.order_by(Watch.user_id)).all()


def is_watching(watcher_id: int, user_id: int) -> bool:
    return db.session.get(Watch, (watcher_id, user_id)) is not None


def _matches(search: str) -> ColumnElement[bool]:
    return User.username.icontains(search, autoescape=True) | User.full_name.icontains(
        search, autoescape=True
    )


def _copy(user: User, presence: UserPresence) -> Copy:
    return Copy(
        user_id=user.id,
        rev=presence.rev,
        account=user.account_status,
        name=user.username,
        mail=user.email or "",
        full=user.full_name,
        text=user.status_text,
        pic=user.avatar or "",
        role=user.role,
        choice=presence.choice,
        until=_milliseconds(presence.choice_expires_at),
        vis=user.visibility,
        seen_ok=int(user.show_last_seen),
        oa=(user.offline_after or 0) * 1000,
        old_epoch=presence.epoch,
        old_status=presence.presence,
        old_since=_milliseconds(presence.since),
        old_seen=_milliseconds(presence.last_seen),
    )


def _milliseconds(moment: datetime | None) -> int:
    return clock.to_milliseconds(moment) if moment else 0
