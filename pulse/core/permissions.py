"""What a role may do. Every route and socket event names the permission that it needs."""

from enum import StrEnum


class Role(StrEnum):
    VISITOR = "visitor"
    USER = "user"
    AGENT = "agent"
    ADMIN = "admin"


class Permission(StrEnum):
    """`PUBLIC` needs nobody; all others need a live session of an active account."""

    PUBLIC = "public"
    ACCOUNT_SELF = "account:self"
    PRESENCE_SELF = "presence:self"
    PRESENCE_READ = "presence:read"
    USERS_READ = "users:read"
    USERS_MANAGE = "users:manage"
    BOARD_READ = "board:read"
    SYSTEM_READ = "system:read"
    WORKSPACES_USE = "workspaces:use"
    MESSAGES_USE = "messages:use"
    CONVERSATIONS_USE = "conversations:use"
    DESK_ASK = "desk:ask"
    DESK_WORK = "desk:work"
    DESK_MANAGE = "desk:manage"
    ACTIVITY_READ = "activity:read"
    NOTIFICATIONS_SELF = "notifications:self"
    WEBHOOKS_USE = "webhooks:use"


_EVERYBODY = {
    Permission.PUBLIC,
    Permission.ACCOUNT_SELF,
    Permission.PRESENCE_SELF,
    Permission.MESSAGES_USE,
    Permission.DESK_ASK,
}
_PEOPLE = _EVERYBODY | {
    Permission.PRESENCE_READ,
    Permission.USERS_READ,
    Permission.WORKSPACES_USE,
    Permission.CONVERSATIONS_USE,
    Permission.ACTIVITY_READ,
    Permission.NOTIFICATIONS_SELF,
    Permission.WEBHOOKS_USE,
}

HOLDS: dict[Role, frozenset[Permission]] = {
    Role.VISITOR: frozenset(_EVERYBODY),
    Role.USER: frozenset(_PEOPLE),
    Role.AGENT: frozenset(_PEOPLE | {Permission.DESK_WORK}),
    Role.ADMIN: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role holds a permission."""
    return permission in HOLDS[role]
