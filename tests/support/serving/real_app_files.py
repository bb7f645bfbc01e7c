"""What the real application does with files and events."""

from __future__ import annotations

from collections.abc import AsyncIterable
from pathlib import Path
from typing import Annotated, Any

from trimaran import EventSourceResponse, FileResponse, Form, Header, Router, UploadFile

router = Router()


@router.post("/form")
async def form(file: UploadFile, note: Annotated[str, Form()] = "-") -> list[Any]:
    """Take a form with a file."""
    return [file.filename, (await file.read()).decode(), note]


@router.get("/file")
async def file() -> FileResponse:
    """Give a file."""
    return FileResponse(Path(__file__), filename="source.py")


@router.get("/events", response_class=EventSourceResponse)
async def events(last_event_id: Annotated[int, Header()] = 0) -> AsyncIterable[int]:
    """Count."""
    yield last_event_id + 1
    yield last_event_id + 2
