"""WebSockets through mounts, hosts, versions, foreign applications and middleware."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from trimaran import App, HTTPException, Router, WebSocket, WebSocketException
from trimaran.handlers.socket_middleware import SocketNext
from trimaran.middleware import (
    ConcurrencyLimitMiddleware,
    CORSMiddleware,
    HTTPSRedirectMiddleware,
    ProxyHeadersMiddleware,
    RequestIDMiddleware,
    TrustedHostMiddleware,
    current_request_id,
)
from trimaran.mounts import Hosts, Versions
from trimaran.testing import TestClient
from trimaran.testing.websocket import WebSocketDenialResponse, WebSocketTestSession


def told(name: str, **options: Any) -> App:
    """Return an application whose socket tells who it is and what it was asked for."""
    app = App()

    @app.websocket("/live/{id:int}", **options)
    async def live(ws: WebSocket, id: int) -> None:
        await ws.accept()
        await ws.send_json([name, id, ws.root_path, ws.path, ws.app is app])
        await ws.send_text(await ws.receive_text())

    return app


def first(app: Any, path: str = "/live/1", **options: Any) -> Any:
    """Return the first message of a socket."""
    with TestClient(app).websocket_connect(path, **options) as ws:
        return ws.receive_json()


def denied(opening: AbstractContextManager[WebSocketTestSession]) -> tuple[int, Any]:
    """Return status and body of a handshake that is refused."""
    with pytest.raises(WebSocketDenialResponse) as refusal, opening:
        pass
    return refusal.value.status_code, refusal.value.response.content


async def foreign(scope: Any, receive: Any, send: Any) -> None:
    """Talk as an ASGI application does that knows nothing of this framework."""
    if scope["type"] != "websocket":
        raise NotImplementedError
    assert (await receive()) == {"type": "websocket.connect"}
    if scope["query_string"] == b"deny":
        head = {"type": "websocket.http.response.start", "status": 402}
        await send({**head, "headers": [(b"x-why", b"money")]})
        await send({"type": "websocket.http.response.body", "body": b"pay"})
        return
    await send({"type": "websocket.accept", "subprotocol": (*scope["subprotocols"], None)[0]})
    await send({"type": "websocket.send", "text": f"{scope['root_path']} {scope['path']}"})
    message = await receive()
    while message["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": message["bytes"]})
        message = await receive()


def test_mounted_apps_three_deep() -> None:
    """The path without the mounts' own is resolved; the whole one stays to be read."""
    outer, middle = App(), App()
    middle.mount("/b", told("inner"))
    outer.mount("/a", middle)
    assert first(outer, "/a/b/live/7") == ["inner", 7, "/a/b", "/a/b/live/7", True]


def test_a_mount_of_a_router() -> None:
    """Every router's prefix stands before it."""
    app, router, inner = App(), Router(prefix="/v1"), Router(prefix="/in")
    inner.mount("/m", told("mounted"))
    router.include_router(inner, prefix="/more")
    app.include_router(router)
    assert first(app, "/v1/more/in/m/live/2")[:3] == ["mounted", 2, "/v1/more/in/m"]


def test_sockets_by_host_and_by_version() -> None:
    """Both choose for sockets as for requests; an unknown one is denied with the same answer."""
    hosts = Hosts({"a.example": told("a"), "*.b.example": told("b", max_message=9)})
    assert first(hosts, headers={"host": "x.b.example"})[0] == "b"
    client = TestClient(hosts)
    assert denied(client.websocket_connect("/live/1", headers={"host": "evil"}))[0] == 404
    app = App()
    app.mount("/api", Versions({"1": told("one"), "2": told("two")}, default="2"))
    assert first(app, "/api/live/1", headers={"x-api-version": "1"})[0] == "one"
    assert first(app, "/api/live/1")[0] == "two"


def test_a_chosen_route_keeps_its_limits() -> None:
    """The size of a message is that of the route that was chosen."""
    hosts = Hosts({"*": told("small", max_message=9)})
    with TestClient(hosts).websocket_connect("/live/1") as ws:
        ws.receive_json()
        ws.send_text("0123456789")
        with pytest.raises(Exception, match="1009"):
            ws.receive_text()


def test_a_host_of_an_application() -> None:
    """``app.host`` answers for a host, whatever the path; all others see the app's own routes."""
    app = told("own")
    app.host("api.example", told("api"))
    assert first(app)[0] == "own"
    assert first(app, headers={"host": "api.example"})[0] == "api"


def test_a_foreign_application_talks() -> None:
    """It gets a scope, chooses a subprotocol, receives and sends, on a mount and on a host."""
    app = App()
    app.mount("/old", foreign)
    app.host("old.example", foreign)
    with TestClient(app).websocket_connect("/old/x", subprotocols=["chat"]) as ws:
        assert (ws.accepted_subprotocol, ws.receive_text()) == ("chat", "/old /old/x")
        ws.send_bytes(b"\x00\xff")
        assert ws.receive_bytes() == b"\x00\xff"
    with TestClient(app).websocket_connect("/any", headers={"host": "old.example"}) as ws:
        assert ws.receive_text() == " /any"


def test_a_foreign_application_denies() -> None:
    """With an answer of its own; one that has no sockets is not found."""
    app = App()
    app.mount("/old", foreign)

    async def requests_only(scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError

    app.mount("/none", requests_only)
    client = TestClient(app)
    assert denied(client.websocket_connect("/old/x?deny")) == (402, b"pay")
    assert denied(client.websocket_connect("/none/x"))[0] == 404


def test_middleware_of_sockets_in_visible_order() -> None:
    """The application's, then the routers', from outside in; also around a mount."""
    seen: list[str] = []

    def note(name: str) -> Any:
        async def middleware(ws: WebSocket, call_next: SocketNext) -> None:
            seen.append(f"+{name}")
            await call_next(ws)
            seen.append(f"-{name}")

        return middleware

    app, outer, inner = App(), Router(prefix="/o"), Router(prefix="/i")
    inner.mount("/m", told("mounted"))
    for router, name in ((app, "app"), (outer, "outer"), (inner, "inner")):
        router.middleware("websocket")(note(name))
    outer.include_router(inner)
    app.include_router(outer)
    first(app, "/o/i/m/live/1")
    assert seen == ["+app", "+outer", "+inner", "-inner", "-outer", "-app"]


def test_a_middleware_refuses() -> None:
    """What it raises is a denial; what it returns without calling on is one, too."""
    app = told("own")

    @app.middleware("websocket")
    async def gate(ws: WebSocket, call_next: SocketNext) -> None:
        if "key" not in ws.query_params:
            raise HTTPException(401, "Who?")
        if ws.query_params["key"] == "bad":
            raise WebSocketException(1008, "No.")
        if ws.query_params["key"] == "good":
            await call_next(ws)

    client = TestClient(app)
    assert denied(client.websocket_connect("/live/1")) == (401, b'{"detail":"Who?"}')
    assert denied(client.websocket_connect("/live/1?key=bad"))[0] == 403
    assert denied(client.websocket_connect("/live/1?key=odd"))[0] == 403
    assert first(app, "/live/1?key=good")[0] == "own"


def test_trusted_hosts_and_https_hold_for_sockets() -> None:
    """A foreign ``Host`` is 400; ``ws`` is redirected to ``wss``."""
    app = told("own")
    app.use(TrustedHostMiddleware(["shop.example"]), HTTPSRedirectMiddleware())
    client = TestClient(app, "https://shop.example")
    assert denied(client.websocket_connect("wss://evil.example/live/1"))[0] == 400
    assert denied(client.websocket_connect("ws://shop.example/live/1"))[0] == 307
    with client.websocket_connect("wss://shop.example/live/1") as ws:
        assert ws.receive_json()[0] == "own"


def test_a_trusted_proxy_shows_a_sockets_client() -> None:
    """Its address and ``wss`` for ``https``."""
    app = App()
    app.use(ProxyHeadersMiddleware(["10.0.0.1"]), RequestIDMiddleware())

    @app.websocket("/who")
    async def who(ws: WebSocket) -> None:
        await ws.accept()
        client = ws.client
        await ws.send_json([client and client.host, ws.url.scheme, current_request_id() == ws.id])

    headers = {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}
    with TestClient(app, client=("10.0.0.1", 1)).websocket_connect("/who", headers=headers) as ws:
        assert ws.receive_json() == ["1.2.3.4", "wss", True]
    with TestClient(app, client=("9.9.9.9", 1)).websocket_connect("/who", headers=headers) as ws:
        assert ws.receive_json() == ["9.9.9.9", "ws", True]


def test_cors_with_credentials_lets_its_pages_connect() -> None:
    """Pages of other hosts with cookies are refused unless CORS or the route allows them."""
    app = told("own")
    headers = {"origin": "https://app.example", "cookie": "session=1"}
    client = TestClient(app)
    assert denied(client.websocket_connect("/live/1", headers=headers))[0] == 403
    app.use(CORSMiddleware(allow_origins=["https://app.example"], allow_credentials=True))
    assert first(app, headers=headers)[0] == "own"
    evil = {**headers, "origin": "https://evil.example"}
    assert denied(client.websocket_connect("/live/1", headers=evil))[0] == 403


def test_a_socket_keeps_its_place() -> None:
    """A concurrency limit counts a socket until it is closed."""
    app = told("own")
    app.use(ConcurrencyLimitMiddleware(1, retry_after=3))
    client = TestClient(app)
    with client.websocket_connect("/live/1") as ws:
        ws.receive_json()
        assert denied(client.websocket_connect("/live/1"))[0] == 503
        ws.send_text("bye")
        ws.receive_text()
    assert first(app)[0] == "own"


def test_asgi_middleware_sees_sockets() -> None:
    """On every server; the route's own limits hold within."""
    seen = []

    class Layer:
        def __init__(self, app: Any, name: str) -> None:
            self.app, self.name = app, name

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            seen.append((self.name, scope["type"]))
            await self.app(scope, receive, send)

    app = told("own", max_message=9)
    app.add_middleware(Layer, name="inner")
    app.add_middleware(Layer, name="outer")
    with TestClient(app).websocket_connect("/live/1") as ws:
        ws.receive_json()
        ws.send_text("0123456789")
        with pytest.raises(Exception, match="1009"):
            ws.receive_text()
    assert seen == [("outer", "websocket"), ("inner", "websocket")]
