"""An application whose handlers wait, block and give up, for servers of every kind."""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar
from typing import Any

from trimaran import App, Depends, WebSocket
from trimaran.middleware import ConcurrencyLimitMiddleware

app = App(debug=False)
seen: list[str] = []
who: ContextVar[str] = ContextVar("who", default="nobody")


@app.get("/seen")
async def tell() -> list[str]:
    """Tell what has happened so far."""
    return seen


async def wait(name: str, seconds: float = 8) -> str:
    """Wait until somebody cancels it, or until the time is over."""
    seen.append(f"{name} begins")
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        seen.append(f"{name} is cancelled")
        raise
    seen.append(f"{name} ends")
    return name


@app.get("/cancelled")
async def cancelled() -> str:
    """Stop when the client has left."""
    return await wait("cancelled")


@app.get("/kept", cancel_on_disconnect=False)
async def kept() -> str:
    """Go on when the client has left."""
    return await wait("kept", 3)


@app.get("/timed", timeout=0.2)
async def timed() -> str:
    """Take too long."""
    return await wait("timed")


@app.get("/narrow", middleware=[ConcurrencyLimitMiddleware(1, retry_after=7)])
async def narrow() -> str:
    """Let one in at a time."""
    await asyncio.sleep(0.5)
    return "in"


async def with_name(name: str) -> str:
    """Set a context variable."""
    who.set(name)
    return name


@app.get("/blocking/{name}", dependencies=[Depends(with_name)])
def blocking() -> str:
    """Block a thread, not the loop."""
    time.sleep(0.4)
    return who.get()


async def foreign(scope: Any, receive: Any, send: Any) -> None:
    """Echo as an ASGI application does."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{scope['root_path']} {message['text']}"})


inner = App(debug=False)


@inner.websocket("/{name}")
async def live(ws: WebSocket, name: str) -> None:
    """Echo below a mount and a host."""
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"{name} {ws.root_path} {text}")


app.mount("/foreign", foreign)
app.mount("/inner", inner)
app.host("live.example", inner)
