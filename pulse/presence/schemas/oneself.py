"""What users say of themselves: that a device lives, and what they choose."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from pulse.core import clock
from pulse.core.schemas import AwareMoment, Input, Moment, Output
from pulse.presence.rules import Choice, DeviceType, Status
from pulse.presence.service import Beat, Change

DEVICE_ID = r"^[A-Za-z0-9_.-]{1,64}$"
DeviceId = Annotated[str, Field(pattern=DEVICE_ID, description="Chosen by the client, kept by it.")]

# What the seeds call setting a status sets the choice.
CHOICES = {
    "online": Choice.AUTO,
    "auto": Choice.AUTO,
    "idle": Choice.AWAY,
    "away": Choice.AWAY,
    "busy": Choice.BUSY,
    "offline": Choice.INVISIBLE,
    "invisible": Choice.INVISIBLE,
}


class HeartbeatIn(Input):
    """A sign of life. Without `idle_ms`, and unless `status` is idle or away, it means input now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"device_id": "web-3f9a", "device_type": "web", "idle_ms": 1200}]}
    )

    device_id: DeviceId | None = None
    device_type: DeviceType | None = None
    idle_ms: Annotated[
        int | None, Field(ge=0, le=10**12, description="Milliseconds since the last real input.")
    ] = None
    status: Annotated[str | None, Field(max_length=20, description="`idle` or `away`: no input.")] = None

    def beat(self, device_id: str = "", device_type: str = "") -> Beat:
        """In the words of the service; what the body leaves out is known from elsewhere."""
        return Beat(
            device_id=self.device_id or device_id,
            device_type=self.device_type or device_type,
            idle_ms=self.idle_ms,
            is_idle=self.status in ("idle", "away"),
        )


class HeartbeatOut(Output):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": 7,
                    "status": "online",
                    "online_status": "online",
                    "choice": "auto",
                    "last_seen": "2026-01-21T22:30:00.000Z",
                    "heartbeat_seconds": 30,
                }
            ]
        }
    )

    user_id: int
    status: Status
    online_status: Status
    choice: Choice
    last_seen: Moment | None
    heartbeat_seconds: Annotated[float, Field(description="When the next beat is expected.")]


class ChoiceIn(Input):
    """Set one's choice, status text and device. What is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"choice": "busy", "expires_in": 3600, "status_text": "in a meeting"}]
        }
    )

    choice: Choice | None = None
    status: Annotated[
        Literal["online", "auto", "idle", "away", "busy", "offline", "invisible"] | None,
        Field(description="The same in the words of older clients: online is auto, offline is invisible."),
    ] = None
    expires_at: AwareMoment | None = None
    expires_in: Annotated[float | None, Field(gt=0, le=366 * 86400, description="Seconds.")] = None
    status_text: Annotated[str | None, Field(max_length=200)] = None
    device_id: DeviceId | None = None
    device_type: DeviceType | None = None

    @property
    def change(self) -> Change:
        """In the words of the service."""
        return Change(
            choice=self.choice or (CHOICES[self.status] if self.status else None),
            expires_at=clock.now() + timedelta(seconds=self.expires_in)
            if self.expires_in
            else self.expires_at,
            text=self.status_text,
            device=Beat(self.device_id, self.device_type or "") if self.device_id else None,
        )
