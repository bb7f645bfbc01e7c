"""``add_route``: handlers that take the request, as Starlette's do."""

import threading
from typing import Any

from trimaran import App, Router, WebSocket
from trimaran.testing import TestClient


class ByInstance:
    """An instance with a coroutine for its call."""

    async def __call__(self, request: Any) -> str:
        return str(request.url.path)


def test_handlers_of_every_kind() -> None:
    """Coroutines, functions in threads, instances; values as well as responses."""
    router = Router("/sub")

    async def coroutine(request):  # type: ignore[no-untyped-def]  # as in Starlette
        return request.method

    def function(request):  # type: ignore[no-untyped-def]  # as in Starlette
        return threading.current_thread() is threading.main_thread()

    router.add_route("/coroutine", coroutine, ["POST"])
    router.add_route("/function", function)
    router.add_route("/instance", ByInstance(), include_in_schema=True)
    app = App()
    app.include_router(router)
    client = TestClient(app)
    assert client.post("/sub/coroutine").json() == "POST"
    assert client.get("/sub/function").json() is False
    assert client.get("/sub/instance").json() == "/sub/instance"
    assert list(app.openapi()["paths"]) == ["/sub/instance"]
    assert [route.name for route in app.routes] == ["coroutine", "function", "ByInstance"]


def test_websocket_handlers() -> None:
    """With a name for ``url_path_for``."""

    async def talk(ws: WebSocket) -> None:
        await ws.accept()
        await ws.send_text(ws.path_params["room"])

    app = App()
    app.add_websocket_route("/ws/{room}", talk, "talk")
    with TestClient(app).websocket_connect("/ws/a") as ws:
        assert ws.receive_text() == "a"
    assert app.url_path_for("talk", room="b") == "/ws/b"
