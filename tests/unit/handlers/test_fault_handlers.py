"""Answers for exceptions: expected ones, unexpected ones, and handlers of one's own."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import pytest

from trimaran import App, Form, WebSocket, WebSocketDisconnect
from trimaran.errors import (
    ClientDisconnectedError,
    HTTPException,
    RequestValidationError,
    ResponseValidationError,
)
from trimaran.handlers import FaultHandlers, Router
from trimaran.http import JSONResponse, PlainTextResponse, Request, Response
from trimaran.testing import TestClient


class ShopError(Exception):
    pass


class SoldOutError(ShopError):
    pass


def raising(error: Exception) -> Router:
    """Return a router whose ``GET /`` raises."""
    router = Router()

    @router.get("/")
    async def fail() -> None:
        raise error

    return router


def test_an_http_exception_is_its_answer(ask: Any) -> None:
    """Status, detail and headers are sent; the status' phrase where no detail is given."""
    answer = ask(raising(HTTPException(404, headers={"x-a": "b"})), "GET", "/")
    assert (answer.status, answer.json) == (404, {"detail": "Not Found"})
    assert answer.header(b"x-a") == [b"b"]
    assert ask(raising(HTTPException(409, {"why": [1]})), "GET", "/").json == {
        "detail": {"why": [1]}
    }
    assert ask(raising(HTTPException(304)), "GET", "/").body == b""


def test_wider_handlers_leave_expected_faults_alone(ask: Any) -> None:
    """One for HTTPException does not take a 422, one for Exception takes neither; as in FastAPI."""

    async def wide(request: Request, error: Exception) -> Response:
        return PlainTextResponse(type(error).__name__, 418)

    faults = FaultHandlers({Exception: wide, HTTPException: wide})
    assert ask(raising(HTTPException(404)), "GET", "/", faults=faults).body == b"HTTPException"
    invalid = RequestValidationError([])
    assert ask(raising(invalid), "GET", "/", faults=faults).status == 422
    for error in (HTTPException(404), invalid):
        only = FaultHandlers({Exception: wide})
        assert ask(raising(error), "GET", "/", faults=only).status == error.status_code
    by_class = FaultHandlers({RequestValidationError: wide})
    assert ask(raising(invalid), "GET", "/", faults=by_class).status == 418


def test_an_unexpected_exception_is_a_500(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The client gets a request id, the log gets the trace and the same id."""
    answer = ask(raising(ShopError("secret")), "GET", "/", headers={"x-request-id": "abc-1"})
    assert (answer.status, answer.json) == (
        500,
        {"detail": "Internal Server Error", "request_id": "abc-1"},
    )
    assert answer.header(b"x-request-id") == [b"abc-1"]
    assert "ShopError: secret" in caplog.text
    [record] = caplog.records
    assert (record.name, record.levelno) == ("trimaran.errors", logging.ERROR)
    assert "abc-1" in record.getMessage()


def test_the_trace_shows_the_generated_source(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The line of the compiled route stands in the trace, under the route's label."""
    ask(raising(ShopError("x")), "GET", "/")
    assert '"<trimaran GET /fail>"' not in caplog.text
    assert 'File "<trimaran GET />"' in caplog.text
    assert "result = " in caplog.text


def test_the_debug_page_answers_in_development(ask: Any) -> None:
    """With a debug page an unexpected exception is shown; one that fails itself is not."""
    page = FaultHandlers({}, debug_page=lambda request, error: PlainTextResponse(repr(error), 500))
    assert ask(raising(ShopError("x")), "GET", "/", faults=page).body == b"ShopError('x')"
    broken = FaultHandlers({}, debug_page=lambda request, error: 1 / 0)  # type: ignore[arg-type,return-value]
    assert ask(raising(ShopError("x")), "GET", "/", faults=broken).json["detail"] == (
        "Internal Server Error"
    )


@pytest.mark.parametrize("sync", [False, True])
def test_a_handler_of_ones_own_answers(ask: Any, sync: bool) -> None:
    """A handler is found by the exception's class or its nearest base; it may be ``def``."""
    router = raising(SoldOutError("gone"))

    async def answer(request: Request, error: ShopError) -> Response:
        return JSONResponse({"shop": str(error), "path": request.path}, 418)

    def sync_answer(request: Request, error: ShopError) -> Response:
        return JSONResponse({"shop": str(error), "path": request.path}, 418)

    router.exception_handler(ShopError)(sync_answer if sync else answer)
    found = ask(router, "GET", "/")
    assert (found.status, found.json) == (418, {"shop": "gone", "path": "/"})


def test_handlers_by_status_and_for_validation(ask: Any) -> None:
    """A status has a handler, and the form of a 422 can be replaced."""
    router = raising(HTTPException(404))

    @router.get("/n")
    async def number(n: int) -> int:
        return n

    @router.exception_handler(404)
    async def lost(request: Request, error: HTTPException) -> Response:
        return PlainTextResponse("lost", 404)

    @router.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return JSONResponse([fault["type"] for fault in error.errors], 400)

    assert ask(router, "GET", "/").body == b"lost"
    answer = ask(router, "GET", "/n?n=x")
    assert (answer.status, answer.json) == (400, ["int_parsing"])


def test_a_handler_for_500_takes_the_unexpected(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """``exception_handler(500)`` answers for any exception, which is logged all the same."""
    router = raising(ShopError("x"))

    @router.exception_handler(500)
    async def sorry(request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"sorry, {error}", 500)

    assert ask(router, "GET", "/").body == b"sorry, x"
    assert "ShopError: x" in caplog.text


def test_what_has_a_handler_of_its_class_is_not_logged(
    ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception that a handler expects is an answer; an invalid response is a fault always."""
    router = raising(ShopError("gone"))

    @router.get("/invalid")
    async def invalid() -> int:
        return "secret"  # type: ignore[return-value]  # the fault under test

    @router.exception_handler(ShopError)
    @router.exception_handler(ResponseValidationError)
    async def answer(request: Request, error: Exception) -> Response:
        return PlainTextResponse("handled", 410)

    assert (ask(router, "GET", "/").body, caplog.records) == (b"handled", [])
    assert ask(router, "GET", "/invalid").body == b"handled"
    assert "TRI-ROUTE-010" in caplog.text


def test_a_routers_handlers_are_its_routes_own(ask: Any) -> None:
    """A handler declared on an included router answers for its routes, before the outer one."""
    inner = raising(ShopError("x"))
    inner.prefix = "/in"
    outer = raising(ShopError("x"))
    outer.include_router(inner)

    @inner.exception_handler(ShopError)
    async def from_inner(request: Request, error: ShopError) -> Response:
        return PlainTextResponse("inner")

    @outer.exception_handler(ShopError)
    async def from_outer(request: Request, error: ShopError) -> Response:
        return PlainTextResponse("outer")

    assert ask(outer, "GET", "/in/").body == b"inner"
    assert ask(outer, "GET", "/").body == b"outer"


@pytest.mark.parametrize("result", ["no response", ShopError("second")])
def test_a_handler_that_fails_is_a_500(
    ask: Any, caplog: pytest.LogCaptureFixture, result: Any
) -> None:
    """A handler that raises, or returns no response, is a fault of its own."""
    router = raising(SoldOutError("first"))

    @router.exception_handler(SoldOutError)
    async def broken(request: Request, error: ShopError) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    assert ask(router, "GET", "/").status == 500
    assert ("second" if isinstance(result, Exception) else "not a Response") in caplog.text


def test_a_detail_that_does_not_encode_is_a_500(ask: Any) -> None:
    """An ``HTTPException`` with an impossible detail does not escape."""
    assert ask(raising(HTTPException(400, object())), "GET", "/").status == 500


def test_a_client_that_left_is_no_error(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A request whose client left is not logged as a fault."""
    ask(raising(ClientDisconnectedError()), "GET", "/")
    assert caplog.records == []


def test_a_handler_sees_what_was_sent() -> None:
    """``error.body`` is the decoded body; ``error.errors()`` is FastAPI's spelling."""
    app = App()

    @app.exception_handler(RequestValidationError)
    async def shown(request: Request, error: RequestValidationError) -> Response:
        kind = type(error.body).__name__
        return JSONResponse({"count": len(error.errors()), "body": kind, "same": error.errors})

    @app.post("/json")
    async def take(size: int, film: dict[str, int]) -> None: ...

    @app.post("/form")
    async def fill(name: Annotated[str, Form()], year: Annotated[int, Form()]) -> None: ...

    client = TestClient(app)
    answer = client.post("/json", json={"title": "Ran"}).json()
    assert (answer["count"], answer["body"], len(answer["same"])) == (2, "dict", 2)
    assert client.post("/form", data={"year": "x"}).json()["body"] == "FormData"
    assert client.post("/json", content=b"x").json()["body"] == "NoneType"


@pytest.mark.parametrize("accepts", [True, False])
def test_a_handler_may_close_the_socket_itself(
    caplog: pytest.LogCaptureFixture, accepts: bool
) -> None:
    """It need not return a response then, before ``accept`` and after it."""
    app = App()

    @app.exception_handler(ShopError)
    async def answer(ws: WebSocket, error: ShopError) -> None:
        await ws.close(4444)

    @app.websocket("/")
    async def fail(ws: WebSocket) -> None:
        if accepts:
            await ws.accept()
        raise ShopError

    with (
        pytest.raises(WebSocketDisconnect) as caught,
        TestClient(app).websocket_connect("/") as ws,
    ):
        ws.receive_text()
    assert (caught.value.code, caplog.records) == (4444 if accepts else 1006, [])
