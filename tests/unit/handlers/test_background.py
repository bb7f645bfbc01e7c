"""Background tasks: after the answer, in order, whatever becomes of one."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Annotated

import pytest

from trimaran import App, BackgroundTask, BackgroundTasks, Depends, HTTPException, JSONResponse
from trimaran.testing import TestClient


def make_app(seen: list[object]) -> App:
    """Return an application whose routes note what is done afterwards."""
    app = App()

    async def note(*what: object) -> None:
        seen.append(what)

    def note_thread(*, name: str) -> None:
        seen.append((name, threading.current_thread().name.startswith("trimaran")))

    async def session(tasks: BackgroundTasks) -> AsyncIterator[str]:
        tasks.add_task(note, "dependency")
        yield "s"
        seen.append("cleaned up")

    @app.post("/mail", status_code=202)
    async def mail(tasks: BackgroundTasks, s: Annotated[str, Depends(session)]) -> dict[str, str]:
        tasks.add_task(note, "mail", 1)
        tasks.add_task(note_thread, name="thread")
        seen.append("handler")
        return {"sent": "soon"}

    @app.get("/at-once")
    async def at_once(tasks: BackgroundTasks) -> str:
        tasks.add_task(note, "only")
        return "done"

    @app.get("/own")
    async def own(tasks: BackgroundTasks) -> JSONResponse:
        tasks.add_task(note, "injected")
        return JSONResponse({"a": 1}, 201, background=BackgroundTask(note, "own"))

    @app.get("/refused")
    async def refused(tasks: BackgroundTasks) -> None:
        tasks.add_task(note, "never")
        raise HTTPException(409)

    @app.get("/failing")
    async def failing(tasks: BackgroundTasks) -> str:
        tasks.add_task(lambda: 1 / 0)
        tasks.add_task(note, "next")
        return "done"

    return app


def test_tasks_follow_the_answer() -> None:
    """Those of dependencies and of the handler, in order, before dependencies are cleaned up."""
    seen: list[object] = []
    answer = TestClient(make_app(seen)).post("/mail")
    assert (answer.status_code, answer.json()) == (202, {"sent": "soon"})
    tasks = [("dependency",), ("mail", 1), ("thread", True)]
    assert seen == ["handler", *tasks, "cleaned up"]


def test_a_plain_route_may_have_them() -> None:
    """The body and its type are those that the route has without them."""
    seen: list[object] = []
    answer = TestClient(make_app(seen)).get("/at-once")
    assert (answer.text, answer.headers["content-type"]) == ('"done"', "application/json")
    assert seen == [("only",)]


def test_a_response_may_bring_its_own() -> None:
    """They come before those that were asked for."""
    seen: list[object] = []
    assert TestClient(make_app(seen)).get("/own").status_code == 201
    assert seen == [("own",), ("injected",)]


def test_an_exception_drops_them() -> None:
    """What was to follow a success does not follow a refusal."""
    seen: list[object] = []
    assert TestClient(make_app(seen)).get("/refused").status_code == 409
    assert seen == []


def test_a_failure_does_not_stop_the_next() -> None:
    """A test client raises it, a server logs it."""
    seen: list[object] = []
    with pytest.raises(ZeroDivisionError):
        TestClient(make_app(seen)).get("/failing")
    assert seen == [("next",)]


def test_a_schema_knows_nothing_of_them() -> None:
    """They are no parameters."""
    operation = make_app([]).openapi()["paths"]["/mail"]["post"]
    assert "parameters" not in operation
    assert "requestBody" not in operation
