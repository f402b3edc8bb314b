"""Wire formats of presence, shared by REST and sockets."""

from pulse.presence.schemas.following import (
    CameOnline,
    PresenceHidden,
    PresenceSnapshot,
    PresenceUpdate,
    Resync,
    SubscribeIn,
    SubscribeOut,
    UserIdIn,
    WatchesOut,
    WatchOut,
)
from pulse.presence.schemas.history import (
    HistoryQuery,
    StatusChangeOut,
)
from pulse.presence.schemas.oneself import (
    ChoiceIn,
    HeartbeatIn,
    HeartbeatOut,
)
from pulse.presence.schemas.people import (
    BoardCounts,
    BoardOut,
    BoardQuery,
    DeviceOut,
    ExplanationOut,
    PeopleQuery,
    PersonPresenceOut,
    PresenceOut,
)

__all__ = [
    "BoardCounts",
    "BoardOut",
    "BoardQuery",
    "CameOnline",
    "ChoiceIn",
    "DeviceOut",
    "ExplanationOut",
    "HeartbeatIn",
    "HeartbeatOut",
    "HistoryQuery",
    "PeopleQuery",
    "PersonPresenceOut",
    "PresenceHidden",
    "PresenceOut",
    "PresenceSnapshot",
    "PresenceUpdate",
    "Resync",
    "StatusChangeOut",
    "SubscribeIn",
    "SubscribeOut",
    "UserIdIn",
    "WatchOut",
    "WatchesOut",
]
