"""Chat and heartbeats on Django Channels and uvicorn, rooms in Redis pub/sub, plain sqlite3.

Objects with `number`, `event` and `data` over the WebSocket; the first one is the token. Reads PORT, DATABASE
(a file made of schema.sql), JWT_SECRET_KEY and REDIS_URL.
"""

import json
import os
from typing import Any

import chat
import django
import uvicorn
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

settings.configure(
    SECRET_KEY=chat.SECRET,
    ALLOWED_HOSTS=["127.0.0.1"],
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
        }
    },
)
django.setup()


class Socket(AsyncWebsocketConsumer):
    """One connection."""

    user: tuple[int, str] | None = None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        asked = json.loads(text_data or "{}")
        try:
            if self.user is None:
                self.user = chat.user_of(asked["token"])
                await self.send(json.dumps({"signed_in": self.user[0]}))
                return
            answer = await getattr(self, f"on_{asked['event']}")(asked["data"])
        except chat.Refused as error:
            answer = {"ok": False, "error": str(error)}
        await self.send(json.dumps({"ack": asked.get("number"), "data": answer}, separators=(",", ":")))

    async def on_heartbeat(self, data: dict[str, Any]) -> dict[str, Any]:
        return chat.mark_online(self.user[0])

    async def on_join(self, data: dict[str, Any]) -> dict[str, Any]:
        id_ = data["conversation_id"]
        chat.check_member(id_, self.user[0])
        name = f"conversation.{id_}"
        await self.channel_layer.group_add(name, self.channel_name)
        self.groups.append(name)  # those that it leaves when it ends
        return chat.history(id_, data.get("after_rev"))

    async def on_send_message(self, data: dict[str, Any]) -> dict[str, Any]:
        told = chat.write(self.user, data)
        event = {"type": "tell", "told": told}
        await self.channel_layer.group_send(f"conversation.{told['conversation_id']}", event)
        return {"ok": True, "id": told["rev"]}

    async def tell(self, event: dict[str, Any]) -> None:
        await self.send(json.dumps({"event": "new_message", "data": event["told"]}, separators=(",", ":")))


socket = Socket.as_asgi()


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await socket(scope, receive, send)
    else:
        await chat.healthy(send)


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        lifespan="off",
        log_level="warning",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
    )
