"""An application that takes and gives files, and its engine on the port of the arguments."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Annotated, Any

from trimaran import App, EventSourceResponse, FileResponse, Form, Header, UploadFile
from trimaran.server import ServerConfig, serve

app = App(debug=False)


@app.get("/ready")
async def ready() -> str:
    """Answer."""
    return "ready"


@app.post("/upload")
async def upload(file: UploadFile, note: Annotated[str, Form()] = "") -> list[Any]:
    """Tell a file's name, size and digest."""
    digest = hashlib.sha256()
    while data := await file.read(65536):
        digest.update(data)
    return [file.filename, file.size, digest.hexdigest(), note]


@app.get("/download")
async def download() -> FileResponse:
    """Give the file that the arguments name."""
    return FileResponse(sys.argv[2], filename="film.bin")


@app.get("/missing")
async def missing() -> FileResponse:
    """Give a file that is not there."""
    return FileResponse("/nowhere/at/all")


@app.get("/events", response_class=EventSourceResponse)
async def events(last_event_id: Annotated[int, Header()] = 0) -> AsyncIterable[int]:
    """Count on from the event that the client had last."""
    for number in range(last_event_id + 1, last_event_id + 4):
        await asyncio.sleep(0)
        yield number


if __name__ == "__main__":
    Path(sys.argv[2]).touch()
    serve(app, ServerConfig(port=int(sys.argv[1])))
