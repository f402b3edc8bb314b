"""Who may have, see and change endpoints, and what an endpoint may be told."""

from dataclasses import dataclass

from pulse.accounts.rules import AccountStatus, Visibility
from pulse.conversations.kinds import Kind
from pulse.core.errors import Conflict, Forbidden, NotFound
from pulse.core.identity import Identity
from pulse.webhooks import queries
from pulse.webhooks.models import Endpoint
from pulse.webhooks.queries import Recipient
from pulse.webhooks.rules import ENDPOINTS_PER_OWNER
from pulse.workspaces import policy as workspaces
from pulse.workspaces import queries as workspace_queries
from pulse.workspaces import rules as workspace_rules


@dataclass(frozen=True, slots=True)
class About:
    """Who may know of something that happened; what is None does not restrict.

    `visibility` and `account_status` are those of `user_id`, where their presence is told.
    """

    user_id: int | None = None
    visibility: Visibility | None = None
    account_status: AccountStatus | None = None
    conversation_id: int | None = None
    kind: Kind | None = None
    is_private: bool = False


def audience(about: About, found: list[Recipient]) -> list[Recipient]:
    """Those of the recipients whose owners may know."""
    if about.conversation_id is not None and (about.is_private and about.kind != Kind.SUPPORT):
        members = queries.members_among(about.conversation_id, {one.owner_id for one in found})
        found = [one for one in found if one.owner_id in members]
    return [one for one in found if _may_know(about, one)]


def _may_know(about: About, one: Recipient) -> bool:
    if about.kind in (Kind.DIRECT, Kind.SUPPORT) and one.workspace_id is not None:
        return False
    if about.visibility is None or one.is_admin or one.owner_id == about.user_id:
        return True
    # Whoever manages a workspace shares it with its members.
    return about.visibility != Visibility.NOBODY and about.account_status != AccountStatus.PENDING


def check_may_own(who: Identity, workspace_id: int | None) -> None:
    """Whether somebody may have an endpoint there. Raises NotFound, Forbidden."""
    if workspace_id is not None:
        workspaces.check_manages(workspace_id, who.user_id)
    elif not who.is_admin:
        raise Forbidden("Only admins are told of the whole server. Name a workspace.")


def check_has_room(owner_id: int) -> None:
    """Raise Conflict (too_many_webhooks) if somebody has as many endpoints as they may."""
    if queries.count_of(owner_id) >= ENDPOINTS_PER_OWNER:
        raise Conflict(f"You may have {ENDPOINTS_PER_OWNER} webhooks.", code="too_many_webhooks")


def check_sees(who: Identity, endpoint_id: int) -> Endpoint:
    """An endpoint that is one's own, or of what one manages. Raises NotFound."""
    endpoint = queries.endpoint(endpoint_id)
    if endpoint is None or not (endpoint.owner_id == who.user_id or _manages(who, endpoint)):
        raise NotFound("There is no such webhook.")
    return endpoint


def check_owns(who: Identity, endpoint_id: int) -> Endpoint:
    """One's own endpoint. Raises NotFound, Forbidden (not_the_owner)."""
    endpoint = check_sees(who, endpoint_id)
    if endpoint.owner_id != who.user_id:
        raise Forbidden("Only whoever made it does this.", code="not_the_owner")
    return endpoint


def check_uses(who: Identity, endpoint_id: int) -> Endpoint:
    """One's own endpoint, to which one still has a right. Raises NotFound, Forbidden."""
    endpoint = check_owns(who, endpoint_id)
    if not queries.is_entitled(endpoint_id):
        raise Forbidden("You do not manage any more what this webhook is told of.")
    return endpoint


def _manages(who: Identity, endpoint: Endpoint) -> bool:
    if endpoint.workspace_id is None:
        return who.is_admin
    role = workspace_queries.role_of(endpoint.workspace_id, who.user_id)
    return role is not None and workspace_rules.manages(role)
