"""FastAPI's "Custom Request and APIRoute class"."""

import gzip
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest

from trimaran import (
    App,
    Body,
    HTTPException,
    Request,
    RequestValidationError,
    Response,
    Route,
    Router,
)
from trimaran.testing import TestClient

Answering = Callable[[Request], Awaitable[Response]]


class MirrorRoute(Route):
    """Unpacks bodies of a coding of one's own."""

    def get_route_handler(self) -> Answering:
        inner = super().get_route_handler()

        async def unpacked(request: Request) -> Response:
            body = await request.body()
            if request.headers.get("x-coding") == "mirror":
                request.body_bytes = body[::-1]
            return await inner(request)

        return unpacked


def test_a_compressed_body_is_unpacked_before_it_is_read() -> None:
    """By the class of the route, which sees the body first.

    Better: gzip is read without one; for another coding ``request.body_bytes`` may be set.
    """
    app = App()
    app.router.route_class = MirrorRoute

    @app.post("/sum")
    async def total(numbers: list[int] = Body()) -> int:
        return sum(numbers)

    client = TestClient(app)
    body = b"[1, 2, 3]"
    json = {"content-type": "application/json"}
    assert client.post("/sum", content=body, headers=json).json() == 6
    packed = client.post(
        "/sum", content=gzip.compress(body), headers={**json, "content-encoding": "gzip"}
    )
    assert packed.json() == 6
    mirrored = client.post("/sum", content=body[::-1], headers={**json, "x-coding": "mirror"})
    assert mirrored.json() == 6


class GzipRequest(Request):
    """Unpacks its body."""

    async def body(self) -> bytes:
        body = await super().body()
        return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


class GzipRoute(Route):
    """Makes a request of its own class."""

    def get_route_handler(self) -> Answering:
        inner = super().get_route_handler()

        async def unpacked(request: Request) -> Response:
            return await inner(GzipRequest(request.scope, request.receive))

        return unpacked


@pytest.mark.parametrize("coded", [{}, {"content-encoding": "gzip"}])
def test_a_request_of_a_class_of_ones_own(coded: dict[str, str]) -> None:
    """Made from the scope, as FastAPI's page does it; what its ``body()`` returns is the body.

    Better: what says ``Content-Encoding: gzip`` is inflated anyway, within bounds.
    """
    app = App()
    app.router.route_class = GzipRoute

    @app.post("/sum/{id}")
    async def total(id: int, request: Request, numbers: Annotated[list[int], Body()]) -> list[Any]:
        return [sum(numbers), id, request.app is app, isinstance(request, GzipRequest)]

    client = TestClient(app)
    body = b"[1, 2, 3]"
    json = {"content-type": "application/json"}
    assert client.post("/sum/7", content=body, headers=json).json() == [6, 7, True, True]
    packed = client.post("/sum/7", content=gzip.compress(body), headers={**json, **coded})
    assert packed.json() == [6, 7, True, True]


class ShowingRoute(Route):
    """Shows the body in the answer to a request that is not valid."""

    def get_route_handler(self) -> Answering:
        inner = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                body = (await request.body()).decode()
                raise HTTPException(422, {"errors": len(error.errors), "body": body}) from error

        return shown


def test_the_body_is_at_hand_where_the_request_is_not_valid() -> None:
    """The handler's exceptions pass through the route's class."""
    app = App()
    app.router.route_class = ShowingRoute

    @app.post("/")
    async def total(numbers: list[int]) -> int:
        return sum(numbers)

    client = TestClient(app)
    assert client.post("/", json=[1, 2]).json() == 3
    answer = client.post("/", json={"numbers": [1]})
    assert answer.json() == {"detail": {"errors": 1, "body": '{"numbers":[1]}'}}


class Named(Route):
    """Tells in a header which route has answered."""

    def get_route_handler(self) -> Answering:
        inner = super().get_route_handler()

        async def named(request: Request) -> Response:
            response = await inner(request)
            response.headers["x-route"] = self.name
            return response

        return named


def test_a_routers_route_class_is_that_of_its_routes_alone() -> None:
    """Those of the application go without."""
    app, router = App(), Router(route_class=Named)
    app.get("/")(lambda: "not named")

    @router.get("/named")
    async def named() -> str:
        return "named"

    app.include_router(router)
    client = TestClient(app)
    assert "x-route" not in client.get("/").headers
    assert client.get("/named").headers["x-route"] == "named"
