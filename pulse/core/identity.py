"""Who is asking."""

from dataclasses import dataclass

from pulse.core.permissions import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Identity:
    """A signed-in user and the session (sign-in) through which they came."""

    user_id: int
    session_id: int
    role: Role

    def may(self, permission: Permission) -> bool:
        return may(self.role, permission)

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN
