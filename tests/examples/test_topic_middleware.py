"""The examples of docs/topics/middleware.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

# region function
import time

from trimaran import App, Request, Response, Router
from trimaran.handlers.middleware import CallNext

app = App()


@app.middleware("http")
async def timing(request: Request, call_next: CallNext) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    response.headers["server-timing"] = f"app;dur={(time.perf_counter() - began) * 1000:.1f}"
    return response


# endregion
# region router
reports = Router(prefix="/reports", timeout=5.0, max_body=64 * 1024)


async def staff_only(request: Request, call_next: CallNext) -> Response:
    if request.headers.get("x-staff") != "yes":
        return Response("Staff only", 403)
    return await call_next(request)


reports.use(staff_only)


@reports.get("/daily")
async def daily() -> dict[str, int]:
    return {"sold": 3}


app.include_router(reports)
# endregion
# region shipped
from trimaran.middleware import (
    ConcurrencyLimitMiddleware,
    CORSMiddleware,
    ProxyHeadersMiddleware,
    RateLimitMiddleware,
    RequestIDMiddleware,
    TrustedHostMiddleware,
)

app.use(
    RequestIDMiddleware(),
    ProxyHeadersMiddleware(["10.0.0.0/8"]),
    TrustedHostMiddleware(["shop.example", "testserver"]),
    CORSMiddleware(allow_origins=["https://shop.example"], allow_credentials=True),
    RateLimitMiddleware(100, per=60),
)
reports.use(ConcurrencyLimitMiddleware(4, waiting=8))
# endregion
# region routes
from collections.abc import Awaitable, Callable

from trimaran import HTTPException, RequestValidationError, Route


class Explaining(Route):
    """Shows in a header how many faults a request has."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        inner = super().get_route_handler()

        async def explaining(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                raise HTTPException(
                    422, error.errors, {"x-faults": str(len(error.errors))}
                ) from error

        return explaining


orders = Router(prefix="/orders", route_class=Explaining)


@orders.get("/{id}")
async def order(id: int) -> int:
    return id


app.include_router(orders)
# endregion
# region sockets
import logging

from trimaran import WebSocket
from trimaran.handlers.socket_middleware import SocketNext


@app.middleware("websocket")
async def with_ticket(ws: WebSocket, call_next: SocketNext) -> None:
    if ws.query_params.get("ticket") != "fresh":
        raise HTTPException(401, "Get a ticket first.")
    await call_next(ws)
    logging.info("%s has left %s", ws.client, ws.path)


# endregion


@app.websocket("/live")
async def live(ws: WebSocket) -> None:
    """Greet."""
    await ws.accept()
    await ws.send_text("hello")


import pytest

from trimaran.testing import TestClient
from trimaran.testing.websocket import WebSocketDenialResponse


def test_the_page_works() -> None:
    """Each example does what the page says of it."""
    client = TestClient(app)
    answer = client.get("/none", headers={"origin": "https://shop.example"})
    assert answer.status_code == 404
    assert answer.headers["server-timing"].startswith("app;dur=")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert client.get("/reports/daily").status_code == 403
    assert client.get("/reports/daily", headers={"x-staff": "yes"}).json() == {"sold": 3}
    assert client.get("/none", headers={"host": "evil.example"}).status_code == 400
    with client.websocket_connect("/live?ticket=fresh") as ws:
        assert ws.receive_text() == "hello"
    with pytest.raises(WebSocketDenialResponse, match="401"):
        client.websocket_connect("/live").__enter__()


def test_a_route_class_sees_a_request_that_is_not_valid() -> None:
    """A middleware would see the answer alone."""
    client = TestClient(app)
    assert client.get("/orders/7").json() == 7
    answer = client.get("/orders/x")
    assert (answer.status_code, answer.headers["x-faults"]) == (422, "1")
