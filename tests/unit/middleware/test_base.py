"""``BaseHTTPMiddleware``: Starlette's classes with ``dispatch``."""

from typing import Any

from trimaran import App, Request, Response, StreamingResponse
from trimaran.handlers.middleware import CallNext
from trimaran.middleware import BaseHTTPMiddleware, Middleware
from trimaran.testing import TestClient


class Marking(BaseHTTPMiddleware):
    """As a user of Starlette writes it, with an option."""

    def __init__(self, app: Any, header_value: str = "Example") -> None:
        super().__init__(app)
        self.header_value = header_value

    async def dispatch(self, request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-custom"] = self.header_value
        return response


def test_a_class_with_dispatch_is_added_with_its_options() -> None:
    """By ``add_middleware`` or in the application's list."""
    app = App(middleware=[Middleware(Marking)])
    app.get("/")(lambda: 1)
    assert TestClient(app).get("/").headers["x-custom"] == "Example"
    app.add_middleware(Marking, header_value="Own")
    assert TestClient(app).get("/").headers["x-custom"] == "Own"


def test_dispatch_may_be_given() -> None:
    """A function in place of the method."""

    async def refuse(request: Request, call_next: CallNext) -> Response:
        return Response("No", 403)

    app = App()
    app.get("/")(lambda: 1)
    app.add_middleware(BaseHTTPMiddleware, dispatch=refuse)
    assert TestClient(app).get("/").status_code == 403


def test_a_streams_content_may_be_replaced() -> None:
    """``body_iterator`` is what is going to be sent."""

    async def shouted(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        assert isinstance(response, StreamingResponse)
        response.body_iterator = [chunk.upper() for chunk in response.body_iterator]
        return response

    app = App()
    app.get("/")(lambda: StreamingResponse(["a", "b"]))
    app.use(shouted)
    assert TestClient(app).get("/").text == "AB"


class Sessions:
    """ASGI middleware that keeps something in the scope, as session libraries do."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.kept: dict[str, int] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["session"] = self.kept
        await self.app(scope, receive, send)


def test_what_asgi_middleware_puts_into_the_scope_is_there() -> None:
    """And what a handler changes in it, the middleware sees."""
    app = App()
    app.add_middleware(Sessions)

    @app.get("/")
    async def count(request: Request) -> int:
        session: dict[str, int] = request.scope["session"]
        session["visits"] = session.get("visits", 0) + 1
        return session["visits"]

    client = TestClient(app)
    assert [client.get("/").json() for _ in range(3)] == [1, 2, 3]
