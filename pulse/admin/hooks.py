"""Webhooks and what they were told. Secrets and contents are on no page."""

from typing import Any

from flask_admin.actions import action

from pulse.admin.actions import TableWithActions
from pulse.admin.filters import From, Number, Until, one_of
from pulse.admin.formats import FORMATS, as_person
from pulse.admin.tables import Table
from pulse.core.errors import Conflict
from pulse.core.http import identity
from pulse.webhooks import service
from pulse.webhooks.models import Delivery, Endpoint
from pulse.webhooks.rules import DeliveryStatus, DisabledReason


class EndpointTable(TableWithActions):
    about = "Every webhook. Switching one off is written to the audit log, and its owner is told."
    column_list = (
        *("id", "owner_id", "workspace_id", "url", "events", "is_enabled"),
        *("failing_since", "disabled_reason", "created_at"),
    )
    column_details_list = (*column_list, "description", "is_ordered", "updated_at", "previous_secret_until")
    column_sortable_list = ("id",)
    column_filters = (
        one_of(Endpoint.disabled_reason, "Switched off", DisabledReason),
        From(Endpoint.created_at),
        Until(Endpoint.created_at),
    )
    column_labels = {"id": "Number", "owner_id": "Owner", "workspace_id": "Workspace", "url": "Address"}
    column_formatters = column_formatters_detail = {"owner_id": as_person}
    column_type_formatters = column_type_formatters_detail = FORMATS
    people = ("owner_id",)

    def title_of(self, row: Endpoint) -> str:
        return f"Webhook {row.id} of {self.name_of(row.owner_id)}"

    def links(self, row: Endpoint) -> list[tuple[str, str]]:
        url = self.get_url("admin_deliveries.index_view", flt0_webhook_number=row.id)
        return [("Deliveries", url)]

    @action("switch_off", "Switch off", "They are told nothing more; what waits for them is given up.")
    def action_switch_off(self, rows: list[Endpoint]) -> None:
        me = identity().user_id

        def switch_off(row: Endpoint) -> None:
            if not row.is_enabled:
                raise Conflict("is switched off already.")
            service.switch_off_by_admin(me, row.id)

        self.each(rows, switch_off, "Switched off")


class DeliveryTable(Table):
    about = "What webhooks were told, or will be: which event, and how it went."
    column_list = (
        "id",
        "endpoint_id",
        "event_id",
        "status",
        "attempts",
        "queued_at",
        "next_at",
        "finished_at",
    )
    column_details_list = column_list
    column_sortable_list = ("id",)
    column_filters = (
        Number(Delivery.endpoint_id, "Webhook"),
        one_of(Delivery.status, "Status", DeliveryStatus),
    )
    column_labels = {"id": "Number", "endpoint_id": "Webhook", "event_id": "Event"}
    column_type_formatters = column_type_formatters_detail = FORMATS


def tables() -> list[Any]:
    """Both, in the order of the menu."""
    return [
        EndpointTable(Endpoint, "Webhooks", "webhooks"),
        DeliveryTable(Delivery, "Webhook deliveries", "deliveries"),
    ]
