"""What the engine answers by itself, in the form that the application has chosen."""

import asyncio
import json

import pytest

from trimaran import App
from trimaran.server.config import Limits, ServerConfig
from trimaran.server.lifecycle import Server

BODY = b"POST /films HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
CASES = {
    400: b"GET / HTTP/1.1\r\n\r\n",
    404: b"GET /none HTTP/1.1\r\nHost: a\r\n\r\n",
    405: b"PUT /films HTTP/1.1\r\nHost: a\r\n\r\n",
    413: BODY % 10**9,
    414: b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"a" * 20_000),
    417: b"GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
    431: b"GET / HTTP/1.1\r\nHost: a\r\n%b\r\n" % (b"X-A: b\r\n" * 500),
    501: b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    505: b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    408: b"GET / HTTP/1.1\r\nHost:",
    503: b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    504: b"GET /timed HTTP/1.1\r\nHost: a\r\n\r\n",
    426: b"GET /live HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
}


def shop(*, problem_details: bool) -> App:
    """Return an application with something for every case."""
    app = App(problem_details=problem_details)

    @app.post("/films")
    async def add(film: dict[str, int]) -> None: ...

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.sleep(60)

    @app.get("/timed", timeout=0.01)
    async def timed() -> None:
        await asyncio.sleep(60)

    @app.websocket("/live")
    async def live(ws: object) -> None: ...

    return app


async def ask(request: bytes, *, problem_details: bool) -> tuple[int, str, dict[str, object]]:
    """Return status, media type and body of the answer to some bytes."""
    limits = Limits(header_timeout=0.3, response_timeout=0.4)
    config = ServerConfig(port=0, limits=limits, drain_grace=0.1)
    server = Server(shop(problem_details=problem_details), config)
    await server.start()
    try:
        port = int(server.address.rstrip("/").rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        status, *lines = head.decode("latin-1").splitlines()
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        body = json.loads(await reader.readexactly(int(fields["content-length"])))
        writer.close()
        return int(status.split()[1]), fields["content-type"], body
    finally:
        await server.stop()


@pytest.mark.parametrize("status", CASES)
def test_every_refusal_is_a_problem(status: int) -> None:
    """The parser's, the limits', the router's, the clock's and the handshake's."""
    found, kind, body = asyncio.run(ask(CASES[status], problem_details=True))
    assert (found, kind) == (status, "application/problem+json")
    assert body["status"] == status
    assert {"type", "title"} <= body.keys()
    assert "loc" not in body


@pytest.mark.parametrize("status", CASES)
def test_every_refusal_has_fastapis_form_otherwise(status: int) -> None:
    """An object with ``detail``, a text."""
    found, kind, body = asyncio.run(ask(CASES[status], problem_details=False))
    assert (found, kind, list(body)) == (status, "application/json", ["detail"])
    assert isinstance(body["detail"], str)
