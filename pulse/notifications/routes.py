"""REST for notifications. They are one's own; those of others do not exist."""

from apiflask import APIBlueprint

from pulse.core.http import identity, needs
from pulse.core.pagination import Page, cut, decode_moment, encode_cursor
from pulse.core.permissions import Permission
from pulse.notifications import queries, service
from pulse.notifications import schemas as s

bp = APIBlueprint("notifications", __name__, tag="Notifications")


@bp.get("/api/notifications/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.input(s.ListQuery, location="query", arg_name="query")
@bp.output(Page[s.NotificationOut])
def list_notifications(query: s.ListQuery) -> Page[s.NotificationOut]:
    """Your notifications, the latest first"""
    after = decode_moment(query.cursor)
    found = queries.page(identity().user_id, unread=query.unread, after=after, limit=query.limit + 1)
    views, last = cut(found, query.limit)
    end = last.notification if last else None
    cursor = encode_cursor(end.updated_at.isoformat(), end.id) if end else None
    return Page(data=[s.NotificationOut.of(view) for view in views], next=cursor)


@bp.get("/api/notifications/unread_count/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.output(s.UnreadOut)
def unread_count() -> s.UnreadOut:
    """How many are unread"""
    return s.UnreadOut(unread_count=queries.unread_count(identity().user_id))


@bp.post("/api/notifications/<id:notification_id>/mark_read/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.output(s.NotificationOut)
def mark_read(notification_id: int) -> s.NotificationOut:
    """Mark one read, on all devices"""
    service.mark_read(identity().user_id, notification_id)
    [view] = queries.views([notification_id])
    return s.NotificationOut.of(view)


@bp.post("/api/notifications/mark_all_read/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.output(s.MarkedOut)
def mark_all_read() -> s.MarkedOut:
    """Mark all read, on all devices"""
    marked = service.mark_all_read(identity().user_id)
    return s.MarkedOut(marked=marked, unread_count=queries.unread_count(identity().user_id))


@bp.get("/api/notifications/preferences/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.output(s.PreferencesOut)
def get_preferences() -> s.PreferencesOut:
    """What you want to be notified of, and how"""
    return _preferences()


@bp.put("/api/notifications/preferences/")
@needs(Permission.NOTIFICATIONS_SELF)
@bp.input(s.PreferencesIn, arg_name="body")
@bp.output(s.PreferencesOut)
def set_preferences(body: s.PreferencesIn) -> s.PreferencesOut:
    """Change what you want

    What is left out stays as it is. What one conversation may notify of is its `notify`.
    """
    service.set_preferences(identity().user_id, body.model_dump(exclude_unset=True))
    return _preferences()


def _preferences() -> s.PreferencesOut:
    return s.PreferencesOut.model_validate(queries.preferences(identity().user_id))
