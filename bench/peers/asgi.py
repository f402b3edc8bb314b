"""Chat and heartbeats on python-socketio's asynchronous server, uvicorn and uvloop, with plain sqlite3.

Reads PORT, DATABASE (a file made of schema.sql) and JWT_SECRET_KEY.
"""

import os
from typing import Any

import chat
import socketio
import uvicorn

# The load does not answer pings while it measures.
sio = socketio.AsyncServer(async_mode="asgi", ping_interval=3600)


class Door(socketio.AsyncNamespace):
    """Signs in."""

    async def on_connect(self, sid: str, environ: Any, auth: dict[str, str]) -> None:
        try:
            user = chat.user_of(auth["token"])
        except chat.Refused as error:
            raise ConnectionRefusedError(str(error)) from None
        await self.save_session(sid, {"user": user})


class Presence(Door):
    async def on_heartbeat(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        user_id, _ = (await self.get_session(sid))["user"]
        return chat.mark_online(user_id)


class Chat(Door):
    async def on_join(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        user_id, _ = (await self.get_session(sid))["user"]
        id_ = data["conversation_id"]
        try:
            chat.check_member(id_, user_id)
        except chat.Refused as error:
            return {"ok": False, "error": str(error)}
        await self.enter_room(sid, f"conversation:{id_}")
        return chat.history(id_, data.get("after_rev"))

    async def on_send_message(self, sid: str, data: dict[str, Any]) -> dict[str, Any]:
        try:
            told = chat.write((await self.get_session(sid))["user"], data)
        except chat.Refused as error:
            return {"ok": False, "error": str(error)}
        await self.emit("new_message", told, room=f"conversation:{told['conversation_id']}")
        return {"ok": True, "id": told["rev"]}


async def others(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await chat.healthy(send)


sio.register_namespace(Chat("/chat"))
sio.register_namespace(Presence("/presence"))
app = socketio.ASGIApp(sio, other_asgi_app=others)

if __name__ == "__main__":
    # As python-socketio's own examples run it, but quiet.
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        log_level="warning",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
    )
