"""FastAPI's "Advanced Middleware"; its reference of middleware classes."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from trimaran import App
from trimaran.middleware import GZipMiddleware, HTTPSRedirectMiddleware, TrustedHostMiddleware
from trimaran.testing import TestClient

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


class Unicorn:
    """ASGI middleware as a third party ships it: options beside the application."""

    def __init__(self, app: Any, some_config: str) -> None:
        self.app = app
        self.some_config = some_config

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-unicorn", self.some_config.encode()),
                ]
            await send(message)

        await self.app(scope, receive, marked)


@pytest.fixture
def app() -> App:
    """An application with one page."""
    made = App()
    made.get("/")(lambda: "x" * 2000)
    return made


def test_a_third_partys_asgi_middleware_is_added_with_its_options(app: App) -> None:
    """It stands around everything, the 404 too."""
    app.add_middleware(Unicorn, some_config="rainbow")
    client = TestClient(app)
    assert client.get("/").headers["x-unicorn"] == "rainbow"
    assert client.get("/nowhere").headers["x-unicorn"] == "rainbow"


def test_https_redirect(app: App) -> None:
    """A plain request is sent on to the same URL by https."""
    app.add_middleware(HTTPSRedirectMiddleware)
    answer = TestClient(app, follow_redirects=False).get("/?q=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "https://testserver/?q=1")
    assert TestClient(app, "https://testserver").get("/").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("films.example", 200), ("a.films.example", 200), ("evil.example", 400), ("example", 400)],
)
def test_trusted_hosts(app: App, host: str, status: int) -> None:
    """By name and by ``*.``; another host is 400."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["films.example", "*.films.example"])
    assert TestClient(app, f"http://{host}").get("/").status_code == status


def test_a_host_without_www_is_sent_on_where_only_that_is_trusted(app: App) -> None:
    """``www_redirect`` is on by default."""
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["www.films.example"])
    answer = TestClient(app, "http://films.example", follow_redirects=False).get("/")
    assert answer.headers["location"] == "http://www.films.example/"


def test_gzip(app: App) -> None:
    """For clients that take it, from ``minimum_size`` bytes on."""
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.get("/short")(lambda: "x")
    client = TestClient(app)
    answer = client.get("/", headers={"accept-encoding": "gzip"})
    assert (answer.headers["content-encoding"], answer.json()) == ("gzip", "x" * 2000)
    assert int(answer.headers["content-length"]) < 200
    assert answer.headers["vary"] == "Accept-Encoding"
    assert (
        "content-encoding" not in client.get("/short", headers={"accept-encoding": "gzip"}).headers
    )
    assert (
        "content-encoding" not in client.get("/", headers={"accept-encoding": "identity"}).headers
    )
