"""Security schemes, and dependencies with their scopes, on WebSockets."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest

from trimaran import App, Depends, HTTPException, Security, SecurityScopes, WebSocket
from trimaran.http import HTTPConnection
from trimaran.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2PasswordBearer,
    OpenIdConnect,
)
from trimaran.testing import TestClient
from trimaran.testing.websocket import WebSocketDenialResponse

BASIC = "Basic " + b64encode(b"ann:word").decode()
SCHEMES: list[tuple[Any, dict[str, Any], str]] = [
    (HTTPBasic(), {"headers": {"authorization": BASIC}}, "ann"),
    (HTTPBearer(), {"headers": {"authorization": "Bearer t"}}, "Bearer"),
    (HTTPDigest(), {"headers": {"authorization": "Digest d"}}, "Digest"),
    (APIKeyHeader(name="x-key"), {"headers": {"x-key": "k"}}, "k"),
    (APIKeyQuery(name="key"), {"params": {"key": "k"}}, "k"),
    (APIKeyCookie(name="key"), {"cookies": {"key": "k"}}, "k"),
    (OAuth2PasswordBearer("/token"), {"headers": {"authorization": "Bearer t"}}, "t"),
    (OpenIdConnect(openIdConnectUrl="/o"), {"headers": {"authorization": "Bearer t"}}, "Bearer t"),
]


def denial(client: TestClient, path: str, **options: Any) -> int:
    """Return the status that a handshake is refused with."""
    with pytest.raises(WebSocketDenialResponse) as refusal:
        client.websocket_connect(path, **options).__enter__()
    return refusal.value.status_code


@pytest.mark.parametrize(("scheme", "given", "seen"), SCHEMES, ids=lambda one: type(one).__name__)
def test_schemes(scheme: Any, given: dict[str, Any], seen: str) -> None:
    """Each reads the handshake; without credentials it denies with 401."""
    app = App()

    @app.websocket("/live")
    async def live(ws: WebSocket, who: Annotated[Any, Security(scheme)]) -> None:
        await ws.accept()
        await ws.send_text(repr(who))

    client = TestClient(app)
    options = dict(given)
    if "cookies" in options:
        key, value = next(iter(options.pop("cookies").items()))
        options["headers"] = {"cookie": f"{key}={value}"}
    with client.websocket_connect("/live", **options) as ws:
        assert seen in ws.receive_text()
    assert denial(client, "/live") in (401, 403)


def test_scopes_of_security() -> None:
    """A socket's scopes reach the dependency that checks them."""
    app = App()

    async def user(scopes: SecurityScopes, connection: HTTPConnection) -> str:
        granted = connection.query_params.get("scopes", "").split()
        if not set(scopes.scopes) <= set(granted):
            raise HTTPException(403, f"needs {scopes.scope_str}")
        return " ".join(scopes.scopes)

    @app.websocket("/live")
    async def live(ws: WebSocket, who: Annotated[str, Security(user, scopes=["read"])]) -> None:
        await ws.accept()
        await ws.send_text(who)

    client = TestClient(app)
    with client.websocket_connect("/live?scopes=read write") as ws:
        assert ws.receive_text() == "read"
    assert denial(client, "/live?scopes=write") == 403


def test_dependencies_live_as_long_as_the_conversation() -> None:
    """They are made once, before ``accept``, and cleaned up after its end, the last one first."""
    seen: list[str] = []

    async def outer() -> AsyncIterator[str]:
        seen.append("+outer")
        yield "outer"
        seen.append("-outer")

    async def inner(outer: Annotated[str, Depends(outer)]) -> AsyncIterator[str]:
        seen.append("+inner")
        try:
            yield "inner"
        finally:
            seen.append("-inner")

    app = App(dependencies=[Depends(outer)])

    @app.websocket("/live")
    async def live(ws: WebSocket, one: Annotated[str, Depends(inner)]) -> None:
        await ws.accept()
        seen.append(await ws.receive_text())
        seen.append(await ws.receive_text())
        seen.append("end")

    with TestClient(app).websocket_connect("/live") as ws:
        ws.send_text("a")
        ws.send_text("b")
    assert seen == ["+outer", "+inner", "a", "b", "end", "-inner", "-outer"]


def test_overrides_hold_for_sockets() -> None:
    """As for requests."""
    app = App()

    async def user() -> str:
        raise HTTPException(401)

    @app.websocket("/live")
    async def live(ws: WebSocket, who: Annotated[str, Depends(user)]) -> None:
        await ws.accept()
        await ws.send_text(who)

    client = TestClient(app)
    assert denial(client, "/live") == 401
    app.dependency_overrides[user] = lambda: "tester"
    with client.websocket_connect("/live") as ws:
        assert ws.receive_text() == "tester"
