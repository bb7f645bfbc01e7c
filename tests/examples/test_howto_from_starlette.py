"""The examples of docs/howto/from-starlette.md, and what they do."""

# ruff: noqa: E402  imports stand where the page shows them

from __future__ import annotations

# region handlers
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from trimaran import App, BackgroundTask, JSONResponse, PlainTextResponse, Request
from trimaran.middleware import Middleware, TrustedHostMiddleware


async def homepage(request):  # type: ignore[no-untyped-def]  # Starlette's handlers need no types
    return PlainTextResponse(f"Hello from {request.app.title}")


def user(request):  # type: ignore[no-untyped-def]  # runs in a thread, as there
    return JSONResponse({"username": request.path_params["username"]})


async def echo(websocket):  # type: ignore[no-untyped-def]  # the same for connections
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
    yield {"sent": []}


app = App(
    title="Moved",
    lifespan=lifespan,
    middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["testserver"])],
)
app.add_route("/", homepage)
app.add_route("/user/{username}", user, methods=["GET", "POST"], name="user")
app.add_websocket_route("/ws", echo)
# endregion


# region typed
@app.get("/users/{id:int}")
async def show(id: int, verbose: bool = False) -> dict[str, Any]:
    return {"id": id, "verbose": verbose}


# endregion


# region background
@app.post("/signup")
async def signup(request: Request, email: str) -> JSONResponse:
    task = BackgroundTask(request.state.sent.append, email)
    return JSONResponse({"status": "Signup successful"}, background=task)


# endregion

from trimaran.testing import TestClient


def test_handlers_move_as_they_are() -> None:
    """Untyped ones too; methods, names and path parameters are kept."""
    client = TestClient(app)
    assert client.get("/").text == "Hello from Moved"
    assert client.post("/user/ran").json() == {"username": "ran"}
    assert client.put("/user/ran").status_code == 405
    assert app.url_path_for("user", username="ran") == "/user/ran"
    with client.websocket_connect("/ws") as ws:
        ws.send_text("Hello")
        assert ws.receive_text() == "Hello"


def test_they_are_not_documented_but_typed_ones_are() -> None:
    """Nothing is known of what they take."""
    assert set(app.openapi()["paths"]) == {"/users/{id}", "/signup"}


def test_typed_handlers_validate() -> None:
    """What Starlette leaves to the handler."""
    client = TestClient(app)
    assert client.get("/users/3?verbose=on").json() == {"id": 3, "verbose": True}
    assert client.get("/users/3?verbose=maybe").status_code == 422
    assert client.get("/users/x").status_code == 404


def test_state_of_the_lifespan_and_tasks_after_the_answer() -> None:
    """As ``request.state``, and in ``app.state`` too."""
    with TestClient(app) as client:
        assert client.post("/signup?email=a@b.example").json() == {"status": "Signup successful"}
        assert app.state.sent == ["a@b.example"]


def test_middleware_of_the_application() -> None:
    """In Starlette's form."""
    assert TestClient(app, "http://evil.example").get("/").status_code == 400
