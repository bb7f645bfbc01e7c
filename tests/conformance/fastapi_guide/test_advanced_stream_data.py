"""FastAPI's "Stream Data"."""

from collections.abc import AsyncIterable, Iterable
from io import BytesIO
from typing import Any

import pytest

from trimaran import App, StreamingResponse
from trimaran.testing import TestClient

LINES = ["Rick: Morty!", "Morty: What?", ""]


async def asynchronous() -> AsyncIterable[str]:
    for line in LINES:
        yield line


def plain() -> Iterable[str]:
    yield from LINES


async def unannotated():  # type: ignore[no-untyped-def]  # as a guide's reader writes it
    for line in LINES:
        yield line


async def raw() -> AsyncIterable[bytes]:
    for line in LINES:
        yield line.encode()


@pytest.mark.parametrize("handler", [asynchronous, plain, unannotated, raw])
def test_chunks_are_sent_as_they_are_yielded(handler: Any) -> None:
    """Text and bytes, annotated or not, asynchronous or not; never as JSON."""
    app = App()
    app.get("/story", response_class=StreamingResponse)(handler)
    answer = TestClient(app).get("/story")
    assert answer.text == "".join(LINES)
    assert "content-type" not in answer.headers


class Picture(StreamingResponse):
    """A stream with a media type."""

    media_type = "image/png"


def test_a_class_of_ones_own_has_a_media_type() -> None:
    """In the header and in the document; a file-like object is closed at the end."""
    app = App()
    opened: list[BytesIO] = []

    @app.get("/image", response_class=Picture)
    def image() -> Iterable[bytes]:
        with BytesIO(b"\x89PNG\nIDAT") as file:
            opened.append(file)
            yield from file

    answer = TestClient(app).get("/image")
    assert (answer.content, answer.headers["content-type"]) == (b"\x89PNG\nIDAT", "image/png")
    assert opened[0].closed
    content = app.openapi()["paths"]["/image"]["get"]["responses"]["200"]["content"]
    assert list(content) == ["image/png"]


def test_the_client_gets_each_chunk_when_it_is_yielded() -> None:
    """Not all of them at the end."""
    app = App()
    sent: list[int] = []

    @app.get("/", response_class=StreamingResponse)
    def numbers() -> Iterable[str]:
        for number in range(100):
            sent.append(number)
            yield f"{number}\n"

    with TestClient(app).stream("GET", "/") as answer:
        lines = answer.iter_lines()
        assert (next(lines), next(lines)) == ("0", "1")
        assert len(sent) < 100
