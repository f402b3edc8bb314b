"""Actions on chosen rows: confirmed on a page of their own, then done one by one through the services."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, redirect, request
from flask_admin.actions import action
from flask_admin.base import expose
from flask_admin.helpers import get_redirect_target

from pulse.accounts import service
from pulse.accounts.models import Session, User
from pulse.accounts.rules import AccountStatus
from pulse.admin.filters import LARGEST_ID
from pulse.admin.tables import Table
from pulse.core.errors import PulseError
from pulse.core.events import transaction
from pulse.core.http import identity
from pulse.core.permissions import Role


class TableWithActions(Table):
    """A table whose rows can be chosen. A refusal ("the last admin") is shown, and the rest is done."""

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Any:
        """Ask for confirmation, then act."""
        name = request.form.get("action", "")
        rows = self._chosen_rows()
        back = get_redirect_target() or self.get_url(".index_view")
        if name not in self._actions_data or not rows:
            flash("Choose at least one row and an action.", "error")
            return redirect(back)
        run, title, question = self._actions_data[name]
        if request.form.get("confirmed") != "yes":
            return self.render(
                "admin/confirm.html", rows=rows, action=name, title=title, question=question, return_url=back
            )
        run(rows)
        return redirect(back)

    def _chosen_rows(self) -> list[Any]:
        ids = {
            int(text)
            for text in request.form.getlist("rowid")
            if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
        }
        query = self.get_query().filter(self.model.id.in_(ids)).order_by(self.model.id)
        rows = query.limit(self.page_size).all() if ids else []
        self._remember_names(rows)
        return rows

    def title_of(self, row: Any) -> str:
        """What the confirmation page calls a row."""
        raise NotImplementedError

    def each(self, rows: Iterable[Any], act: Callable[[Any], object], done: str) -> None:
        """Run `act` on every row; say what was done and what was refused."""
        names = []
        for title, row in [(self.title_of(row), row) for row in rows]:
            try:
                act(row)
                names.append(title)
            except PulseError as error:
                flash(f"{title}: {error.detail}", "error")
        if names:
            flash(f"{done}: {', '.join(names)}.", "success")


class UserActions(TableWithActions):
    """What admins do to accounts."""

    def title_of(self, row: User) -> str:
        return row.username

    def _set_status(self, rows: list[User], status: AccountStatus, done: str) -> None:
        me = identity().user_id
        self.each(rows, lambda user: service.set_account_status(me, user.id, status), done)

    def _set_role(self, rows: list[User], role: Role, done: str) -> None:
        me = identity().user_id
        self.each(rows, lambda user: service.set_role(me, user.id, role), done)

    @action(
        "suspend", "Suspend", "They are signed out everywhere at once and cannot sign in until reactivated."
    )
    def action_suspend(self, rows: list[User]) -> None:
        self._set_status(rows, AccountStatus.SUSPENDED, "Suspended")

    @action("ban", "Ban", "They are signed out everywhere at once and cannot sign in again.")
    def action_ban(self, rows: list[User]) -> None:
        self._set_status(rows, AccountStatus.BANNED, "Banned")

    @action("reactivate", "Reactivate", "They can sign in again.")
    def action_reactivate(self, rows: list[User]) -> None:
        self._set_status(rows, AccountStatus.ACTIVE, "Reactivated")

    @action("make_admin", "Make admin", "They may do everything that you may do.")
    def action_make_admin(self, rows: list[User]) -> None:
        self._set_role(rows, Role.ADMIN, "Made admin")

    @action("remove_admin", "Remove admin", "They become plain users.")
    def action_remove_admin(self, rows: list[User]) -> None:
        for user in [user for user in rows if user.role != Role.ADMIN]:
            flash(f"{user.username}: is no admin.", "error")
        self._set_role([user for user in rows if user.role == Role.ADMIN], Role.USER, "No longer admin")


class SessionActions(TableWithActions):
    """What admins do to sign-ins."""

    def title_of(self, row: Session) -> str:
        return f"{self.name_of(row.user_id)} from {row.address or 'an unknown address'} (session {row.id})"

    @action("end", "End", "Whoever holds it is signed out at once; open pages of it lose their connection.")
    def action_end(self, rows: list[Session]) -> None:
        def end(session: Session) -> None:
            with transaction():
                service.end_sessions(session.user_id, "revoked", only=session.id)
                service.audit(identity().user_id, "end_session", session.user_id, f"session {session.id}")

        live = [session for session in rows if session.ended_at is None]
        for session in rows:
            if session not in live:
                flash(f"{self.title_of(session)}: has ended already.", "error")
        self.each(live, end, "Ended")
