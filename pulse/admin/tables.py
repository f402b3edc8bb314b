"""What all admin tables share: Flask-Admin's lists without its editing, quick however long a table grows."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import g, request
from flask_admin.contrib.sqla import ModelView
from flask_admin.model.base import ViewArgs
from sqlalchemy import or_, select
from sqlalchemy.orm import Query
from wtforms import Form

from pulse.accounts.models import User
from pulse.admin.filters import LARGEST_ID, people_named
from pulse.extensions import db

MOST_PAGES = 200  # further back costs ever more; filters and search lead there faster


class Control(NamedTuple):
    """One field of the filter form."""

    name: str
    label: str
    kind: str
    options: list[tuple[str, str]]
    value: str


class Table(ModelView):
    """Rows to read, search, filter and sort. There are no routes that edit, create, delete or export.

    Rows are never counted: a page reads one row more than it shows to know whether another follows.
    `people` names the columns that hold a user's id: they show the name, and searching finds a user's
    rows by their exact username, e-mail address or number.
    """

    can_create = can_edit = can_delete = can_export = False
    create_view = edit_view = delete_view = export = ajax_lookup = ajax_update = action_view = None
    action_delete = None
    can_view_details = True
    simple_list_pager = True
    named_filter_urls = True
    page_size = 50
    form = Form
    list_template = "admin/list.html"
    details_template = "admin/details.html"
    column_default_sort: Any = ("id", True)
    people: tuple[str, ...] = ()
    about = ""

    def __init__(self, model: type, name: str, slug: str) -> None:
        super().__init__(model, db, name=name, endpoint=f"admin_{slug}", url=f"/admin/{slug}")

    # the address of a list
    def _get_list_extra_args(self) -> ViewArgs:
        args = super()._get_list_extra_args()
        args.page = min(max(args.page, 0), MOST_PAGES - 1)
        args.search = (args.search or "").replace("\0", "").strip()[:200] or None
        args.extra_args = {}
        return args

    def _get_list_filter_args(self) -> Any:
        filters = super()._get_list_filter_args()
        return [f for f in filters or () if f[2] and "\0" not in f[2]]

    def controls(self) -> list[Control]:
        """The filter form, with what is chosen now."""
        return [
            Control(
                name=f"flt{position}_{argument}",
                label=str(filter_.name),
                kind=filter_.data_type or "text",
                options=[(str(key), str(label)) for key, label in filter_.get_options(self) or ()],
                value=self._chosen(argument),
            )
            for position, (argument, (_, filter_)) in enumerate((self._filter_args or {}).items())
        ]

    def _chosen(self, argument: str) -> str:
        values = (v for k, v in request.args.items() if k.startswith("flt") and k.endswith("_" + argument))
        return next(values, "")

    # rows
    def get_list(self, *args: Any, **kwargs: Any) -> tuple[None, list[Any]]:
        """One page of rows, and whether another follows (for the template)."""
        _, rows = super().get_list(*args, **kwargs)
        size = kwargs["page_size"]
        self._template_args["has_next"] = len(rows) > size and args[0] + 1 < MOST_PAGES
        rows = rows[:size]
        self._remember_names(rows)
        return None, rows

    def _apply_pagination(self, query: Query[Any], page: int, page_size: int) -> Query[Any]:
        return query.limit(page_size + 1).offset(page * page_size)

    def links(self, row: Any) -> list[tuple[str, str]]:
        """Where else there is something about a row: label and address."""
        return []

    def get_one(self, id: str) -> Any:
        """A row by its number; None for anything that is none."""
        if not (id.isascii() and id.isdigit() and int(id) <= LARGEST_ID):
            return None
        row = super().get_one(id)
        self._remember_names([row] if row else [])
        return row

    # people
    def init_search(self) -> bool:
        return bool(self.people) or bool(super().init_search())

    def search_placeholder(self) -> str | None:
        return "Exact username, e-mail or user number" if self.people else super().search_placeholder()

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        if not self.people:
            return super()._apply_search(query, count_query, joins, count_joins, search)
        users = db.session.scalars(people_named(search)).all()
        found = or_(*(getattr(self.model, column).in_(users) for column in self.people))
        return query.filter(found), count_query, joins, count_joins

    def _prettify_name(self, name: str) -> str:
        return name.replace("_", " ").capitalize()

    def _remember_names(self, rows: Iterable[Any]) -> None:
        ids = {getattr(row, column) for row in rows for column in self.people} - {None}
        found = db.session.execute(select(User.id, User.username).where(User.id.in_(ids))) if ids else ()
        g.admin_names = {row.id: row.username for row in found}

    def name_of(self, user_id: int | None) -> str:
        """A user's name in a list: their number once they are gone; nobody is the system."""
        return "system" if user_id is None else g.admin_names.get(user_id, f"user {user_id}")
