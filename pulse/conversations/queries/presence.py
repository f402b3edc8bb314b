"""The presence of the people in a conversation, as far as one may see it."""

from collections.abc import Collection
from typing import Any

import structlog

from pulse.core.errors import REDIS_IS_AWAY
from pulse.core.identity import Identity
from pulse.presence import policy
from pulse.presence import queries as presence

log = structlog.get_logger(__name__)


def seen_by(who: Identity, user_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What `who` may see of these users' presence; nothing while Redis is away: chat goes on without."""
    if not user_ids:
        return {}
    try:
        views = presence.views(user_ids)
        visible = policy.visible(who, {user_id: view.state for user_id, view in views.items()})
    except REDIS_IS_AWAY as error:
        log.warning("presence not at hand", error=str(error))
        return {}
    return {user_id: policy.shown(who, views[user_id]) for user_id in visible}
