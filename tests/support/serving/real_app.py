"""A real application with typed routes, for every server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import msgspec

from serving.real_app_files import router
from trimaran import App, Depends, HTTPException, Query, Request, StreamingResponse


class Film(msgspec.Struct):
    """A body."""

    title: str
    year: Annotated[int, msgspec.Meta(ge=1888)] = 2000


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, str]]:
    """Bring something to life."""
    yield {"greeting": "hello"}


app = App(title="Films", lifespan=lifespan, debug=False)
app.include_router(router)


async def page(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> int:
    """Take a number from the query."""
    await asyncio.sleep(0)
    return limit


@app.get("/films/{id}")
async def read_film(id: int, limit: Annotated[int, Depends(page)]) -> Film:
    """Answer with a value."""
    return Film(f"number {id}, {limit}")


@app.post("/films", status_code=201)
async def add_film(film: Film) -> Film:
    """Take a body."""
    return film


@app.get("/sync")
def in_a_thread(request: Request) -> str:
    """Run in a thread."""
    return str(request.app.state.greeting)


@app.get("/gone")
async def gone() -> None:
    """Raise on purpose."""
    raise HTTPException(410, "No more")


@app.get("/fails")
async def fails() -> None:
    """Fail."""
    message = "a fault of the handler"
    raise RuntimeError(message)


@app.get("/lines")
async def lines() -> StreamingResponse:
    """Stream."""
    return StreamingResponse(["a\n", "b\n"], media_type="text/plain")
