"""How a presence changed."""

from typing import Annotated

from pydantic import ConfigDict, Field

from pulse.core.pagination import PageQuery
from pulse.core.schemas import AwareMoment, Input, Moment, Output
from pulse.presence.rules import DeviceType, Status


class StatusChangeOut(Output):
    """One change of what others saw. `until` is null while it lasts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "away",
                    "previous": "online",
                    "device_type": "web",
                    "at": "2026-01-21T22:30:00.000Z",
                    "until": None,
                    "epoch": 1790000000000,
                    "version": 4,
                }
            ]
        }
    )

    status: Status
    previous: Status
    device_type: DeviceType | None
    at: Moment
    until: Moment | None
    epoch: int
    version: int


class HistoryQuery(PageQuery, Input):
    from_: Annotated[AwareMoment | None, Field(alias="from")] = None
    to: AwareMoment | None = None
