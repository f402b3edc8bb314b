"""Who may see whose presence."""

from collections.abc import Collection, Mapping
from typing import Any

from pulse.accounts.rules import AccountStatus, Visibility
from pulse.core.identity import Identity
from pulse.presence import queries
from pulse.presence.state import State
from pulse.presence.view import View


def visible(viewer: Identity, states: Mapping[int, State]) -> set[int]:
    """Those of the users whose presence the viewer may see."""
    answers = {user_id: _may_see(viewer, state) for user_id, state in states.items()}
    return _seen(viewer.user_id, answers)


def audience(state: State, viewers: Collection[Identity]) -> set[int]:
    """Those of the viewers who may see a user's presence: the same, asked from the other side."""
    answers = {viewer.user_id: _may_see(viewer, state) for viewer in viewers}
    return _seen(state.user_id, answers)


def _may_see(viewer: Identity, state: State) -> bool | None:
    """None stands for: if the two share something."""
    if viewer.is_admin or viewer.user_id == state.user_id:
        return True
    if state.fields["account"] == AccountStatus.PENDING:
        return False
    visibility = state.fields["vis"]
    return None if visibility == Visibility.SHARED else visibility == Visibility.EVERYONE


def _seen(user_id: int, answers: Mapping[int, bool | None]) -> set[int]:
    shared = queries.sharing(user_id, [other for other, answer in answers.items() if answer is None])
    return shared.union(other for other, answer in answers.items() if answer)


def may_see_all_of(viewer: Identity, user_id: int) -> bool:
    """Whether the viewer sees devices, choice and history, not only the status."""
    return viewer.is_admin or viewer.user_id == user_id


def may_see_past(viewer: Identity, view: View) -> bool:
    """Whether the viewer sees when a user was here and what follows from it, given that they may see them."""
    return may_see_all_of(viewer, view.state.user_id) or view.shows_past


def shown(viewer: Identity, view: View) -> dict[str, Any]:
    """A view in as much detail as the viewer may see, given that they may see it."""
    return view.full() if may_see_all_of(viewer, view.state.user_id) else view.public()
