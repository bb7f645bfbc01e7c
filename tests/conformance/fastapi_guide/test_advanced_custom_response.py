"""FastAPI's "Custom Response - HTML, Stream, File, others"."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from trimaran import (
    App,
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from trimaran.testing import TestClient

PAGE = "<h1>Matinée</h1>"


@pytest.fixture
def app() -> App:
    """An empty application."""
    return App()


def described(app: App, path: str) -> Any:
    return app.openapi()["paths"][path]["get"]["responses"]


def test_response_class_names_what_a_value_is_put_into(app: App) -> None:
    """The header and the document say the class' media type."""

    @app.get("/page", response_class=HTMLResponse)
    async def page() -> str:
        return PAGE

    answer = TestClient(app).get("/page")
    assert (answer.text, answer.headers["content-type"]) == (PAGE, "text/html; charset=utf-8")
    assert described(app, "/page")["200"]["content"] == {
        "text/html": {"schema": {"type": "string"}}
    }


def test_a_response_returned_alone_is_not_described(app: App) -> None:
    """The document says JSON, since nothing was declared."""

    @app.get("/page")
    async def page():  # type: ignore[no-untyped-def]  # as a guide's reader writes it
        return HTMLResponse(content=PAGE, status_code=200)

    assert TestClient(app).get("/page").headers["content-type"].startswith("text/html")
    assert described(app, "/page")["200"]["content"] == {"application/json": {"schema": {}}}


def test_a_response_returned_and_declared(app: App) -> None:
    """The class describes, the returned response is what is sent."""

    @app.get("/page", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE, headers={"x-made": "by hand"})

    assert TestClient(app).get("/page").headers["x-made"] == "by hand"
    assert list(described(app, "/page")["200"]["content"]) == ["text/html"]


def test_response_takes_content_status_headers_and_media_type(app: App) -> None:
    """Text and bytes; the charset is added to text types, the length by the server."""

    @app.get("/text")
    async def text() -> Response:
        return Response("é", 203, {"x-a": "1"}, "text/x-note")

    @app.get("/bytes")
    async def raw() -> Response:
        return Response(content=b"\x00\x01", media_type="application/octet-stream")

    client = TestClient(app)
    answer = client.get("/text")
    assert (answer.status_code, answer.content) == (203, "é".encode())
    assert answer.headers["content-type"] == "text/x-note; charset=utf-8"
    assert (answer.headers["x-a"], answer.headers["content-length"]) == ("1", "2")
    assert client.get("/bytes").headers["content-type"] == "application/octet-stream"


def test_plain_text_and_json(app: App) -> None:
    """As bytes of their own media types."""
    app.get("/text", response_class=PlainTextResponse)(lambda: "Hello")
    app.get("/json", response_class=JSONResponse)(lambda: {"a": 1})
    client = TestClient(app)
    assert client.get("/text").headers["content-type"] == "text/plain; charset=utf-8"
    assert client.get("/json").json() == {"a": 1}


def test_redirects_three_ways(app: App) -> None:
    """A returned one, a returned URL, and with another status: 307 where none is named."""
    target = "https://films.example/ran?year=1985"

    @app.get("/returned")
    async def returned() -> RedirectResponse:
        return RedirectResponse(target)

    app.get("/url", response_class=RedirectResponse)(lambda: target)
    app.get("/found", response_class=RedirectResponse, status_code=302)(lambda: target)
    client = TestClient(app, follow_redirects=False)
    for path, status in {"/returned": 307, "/url": 307, "/found": 302}.items():
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (status, target)
    for path, status in {"/url": "307", "/found": "302"}.items():
        assert described(app, path) == {status: {"description": "Successful Response"}}


async def frames() -> AsyncIterator[bytes]:
    for number in range(3):
        yield b"frame %d;" % number
        await asyncio.sleep(0)


def lines() -> Iterator[str]:
    with Path(__file__).open(encoding="utf-8") as file:
        yield from file


def test_streams_of_asynchronous_and_plain_iterators(app: App) -> None:
    """Bytes or text, chunk by chunk, with the media type given."""

    @app.get("/video")
    async def video() -> StreamingResponse:
        return StreamingResponse(frames(), media_type="video/mp4")

    @app.get("/source")
    def source() -> StreamingResponse:
        return StreamingResponse(lines())

    client = TestClient(app)
    answer = client.get("/video")
    assert (answer.content, answer.headers["content-type"]) == (
        b"frame 0;frame 1;frame 2;",
        "video/mp4",
    )
    assert client.get("/source").text == Path(__file__).read_text(encoding="utf-8")


def test_files(app: App, tmp_path: Path) -> None:
    """With length, last change and an ETag; as a download where a name is given."""
    path = tmp_path / "poster.png"
    path.write_bytes(b"\x89PNG")

    @app.get("/returned")
    async def returned() -> FileResponse:
        return FileResponse(path, filename="Ran.png", headers={"x-a": "1"})

    app.get("/path", response_class=FileResponse)(lambda: path)
    app.get("/typed")(lambda: FileResponse(path, media_type="image/x-own"))
    client = TestClient(app)
    answer = client.get("/returned")
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert {"content-length", "last-modified", "etag"} <= set(answer.headers)
    assert answer.headers["content-disposition"] == 'attachment; filename="Ran.png"'
    assert client.get("/path").content == b"\x89PNG"
    assert client.get("/typed").headers["content-type"] == "image/x-own"


class Indented(Response):
    """JSON for people."""

    media_type: ClassVar[str | None] = "application/json"

    def render(self, content: Any) -> bytes:
        """Return indented JSON."""
        return msgspec.json.format(msgspec.json.encode(content), indent=2)


def test_a_response_class_of_ones_own(app: App) -> None:
    """It sets ``media_type`` and overrides ``render``."""
    app.get("/", response_class=Indented)(lambda: {"a": 1})
    assert TestClient(app).get("/").text == '{\n  "a": 1\n}'
    assert "application/json" in described(app, "/")["200"]["content"]


def test_a_response_class_without_a_media_type_has_no_content(app: App) -> None:
    """The document then describes none."""
    app.get("/", response_class=Response)(lambda: "x")
    assert described(app, "/")["200"] == {"description": "Successful Response"}


def test_the_default_response_class(app: App) -> None:
    """Of every route of the application; a route may name its own."""
    app = App(default_response_class=HTMLResponse)
    app.get("/page")(lambda: PAGE)
    app.get("/data", response_class=JSONResponse)(lambda: [1])
    client = TestClient(app)
    assert client.get("/page").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/data").json() == [1]
