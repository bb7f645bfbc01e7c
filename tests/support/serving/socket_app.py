"""An application of WebSockets, for every server."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from trimaran import (
    App,
    Depends,
    Header,
    HTTPException,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from trimaran.http import HTTPConnection, JSONResponse


class Note(msgspec.Struct):
    """A typed message."""

    text: str
    stars: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0


app = App(title="Sockets", debug=False)
ended: list[str] = []


@app.websocket("/echo", max_message=1024 * 1024)
async def echo(ws: WebSocket) -> None:
    """Send back whatever comes, as text or bytes."""
    await ws.accept()
    while (event := await ws.receive())["type"] == "websocket.receive":
        if "text" in event:
            await ws.send_text(event["text"])
        else:
            await ws.send_bytes(event["bytes"])


@app.websocket("/small", max_message=64)
async def small(ws: WebSocket) -> None:
    """Take small messages only."""
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)


@app.websocket("/typed")
async def typed(ws: WebSocket) -> None:
    """Take notes."""
    await ws.accept()
    async for note in ws.iter(Note):
        await ws.send_json({"got": note.text, "stars": note.stars})


@app.websocket("/rooms/{room}/{seat:int}")
async def room(
    ws: WebSocket,
    room: str,
    seat: int,
    limit: Annotated[int, Query(ge=1)] = 1,
    x_tag: Annotated[str, Header()] = "none",
) -> None:
    """Say what was asked for."""
    await ws.accept()
    await ws.send_json([room, seat, limit, x_tag, ws.path_params, ws.query_params.get("limit")])
    await ws.close(4001, "done")


async def token(connection: HTTPConnection, token: str = "") -> str:
    """Refuse who has no token."""
    if token == "wrong":
        raise HTTPException(401, "No such token")
    if token == "banned":
        raise WebSocketException(1008, "Banned")
    return token or connection.headers.get("x-token", "nobody")


@app.websocket("/guarded")
async def guarded(ws: WebSocket, user: Annotated[str, Depends(token)]) -> None:
    """Ask a dependency first."""
    await ws.accept()
    await ws.send_text(user)


@app.websocket("/protocols")
async def protocols(ws: WebSocket) -> None:
    """Choose a subprotocol and add a header."""
    await ws.accept(ws.subprotocols[-1] if ws.subprotocols else None, {"x-served": "yes"})
    await ws.send_json(ws.subprotocols)


@app.websocket("/denied")
async def denied(ws: WebSocket) -> None:
    """Refuse with an answer."""
    await ws.send_denial_response(JSONResponse({"detail": "pay first"}, 402))


@app.websocket("/closed-early")
async def closed_early(ws: WebSocket) -> None:
    """Close before accepting."""
    await ws.close()


@app.websocket("/broken")
async def broken(ws: WebSocket, when: str = "after") -> None:
    """Fail."""
    if when == "after":
        await ws.accept()
        await ws.receive_text()
    message = "on purpose"
    raise RuntimeError(message)


@app.websocket("/raises/{status:int}")
async def raises(ws: WebSocket, status: int) -> None:
    """Raise an HTTP error after accepting."""
    await ws.accept()
    raise HTTPException(status, "No")


@app.websocket("/returns")
async def returns(ws: WebSocket) -> None:
    """End at once."""
    await ws.accept()


@app.websocket("/fast", rate=(3, 60))
async def fast(ws: WebSocket) -> None:
    """Take three messages a minute."""
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(text)


@app.websocket("/page")
async def page(ws: WebSocket) -> None:
    """Be used from this host's pages only."""
    await ws.accept()
    await ws.send_text("welcome")


@app.websocket("/listed", origins=["https://app.example"])
async def listed(ws: WebSocket) -> None:
    """Be used from one other page."""
    await ws.accept()
    await ws.send_text("welcome")


@app.websocket("/watched")
async def watched(ws: WebSocket) -> None:
    """Note how the client left."""
    await ws.accept()
    try:
        await ws.receive_text()
    except WebSocketDisconnect as error:
        ended.append(f"{error.code} {error.reason}")


@app.get("/ended")
async def how_ended() -> list[str]:
    """Tell how watched clients left."""
    await asyncio.sleep(0.05)
    found = [*ended]
    ended.clear()
    return found


@app.websocket("/flood")
async def flood(ws: WebSocket) -> None:
    """Send without end."""
    await ws.accept()
    while True:
        await ws.send_bytes(bytes(64 * 1024))


@app.websocket("/slow")
async def slow(ws: WebSocket) -> None:
    """Take one message and think for long."""
    await ws.accept()
    await ws.receive_text()
    await asyncio.sleep(2)
