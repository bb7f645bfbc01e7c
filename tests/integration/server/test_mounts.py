"""Mounted applications, files and ASGI middleware on the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from serving.raw_client import connected
from serving.running import engine, wait_until

from trimaran import App
from trimaran.mounts import StaticFiles, WSGIMiddleware


async def mirror(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Send back what arrives, chunk by chunk."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        await send({"type": "http.response.body", "body": message["body"], "more_body": more})


class Pass:
    """An ASGI middleware that changes nothing."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def make_app(directory: Path) -> App:
    """Return an application with something of each kind."""
    app = App()
    app.mount("/mirror", mirror)
    app.mount("/files", StaticFiles(directory))
    app.mount("/old", WSGIMiddleware(old))

    @app.post("/save")
    async def save(data: list[int]) -> int:
        return len(data)

    return app


def old(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with the size of the body."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % len(environ["wsgi.input"].read())]


def post(path: str, body: bytes) -> bytes:
    """Return a request with a body."""
    head = f"POST {path} HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_bodies_pass_through(tmp_path: Path) -> None:
    """Whatever the kind and the size; an answer that outruns its request ends the connection."""
    (tmp_path / "a.txt").write_text("file")
    big = b"x" * 1_000_000
    with engine(make_app(tmp_path)) as running, connected(running.port) as client:
        with connected(running.port) as other:
            other.send(post("/mirror/a", big))
            assert other.answer().body == big
        client.send(post("/old/a", big))
        assert client.answer().body == b"1000000"
        assert client.get("/files/a.txt").body == b"file"
        assert client.get("/files/none").status == 404
        client.send(post("/save", b"[1,2]"))
        assert client.answer().body == b"2"
        wait_until(lambda: running.server.stats.in_flight == 0)


def test_asgi_middleware_on_the_engine(tmp_path: Path) -> None:
    """Routes, mounts and refusals come through it unchanged."""
    app = make_app(tmp_path)
    app.add_middleware(Pass)
    with engine(app) as running, connected(running.port) as client:
        client.send(post("/save", b"[1,2]"))
        assert client.answer().body == b"2"
        client.send(post("/save", b"[1,"))
        assert client.answer().status == 400
        client.send(post("/mirror/a", b"abc"))
        assert client.answer().body == b"abc"
        assert client.get("/none").status == 404
