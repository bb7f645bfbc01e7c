"""Compressed answers."""

import asyncio
import gzip
import sys
import zlib

import pytest

from trimaran.http import Compression, EventSourceResponse, Request, Response, StreamingResponse

TEXT = b"the same words over and over " * 100


def compressed(response: Response, accept: str = "gzip", **options: object) -> Response:
    """A response after compression, for a request that takes these codings."""
    request = Request("GET", "/", b"", [(b"accept-encoding", accept.encode())], None)  # type: ignore[arg-type]  # no connection is asked
    return asyncio.run(Compression(**options).compress(request, response))  # type: ignore[arg-type]  # given by the tests


def page(body: bytes = TEXT, kind: str = "text/html", **headers: str) -> Response:
    """A response with headers whose hyphens are underscores."""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, 200, fields, kind)


def test_text_is_compressed() -> None:
    """With what caches must know."""
    answer = compressed(page(etag='"v1"'))
    assert gzip.decompress(answer.body) == TEXT
    assert len(answer.body) < len(TEXT) / 10
    headers = answer.headers
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert headers["etag"] == 'W/"v1"'


@pytest.mark.parametrize(
    "response",
    [
        page(b"x" * 499),
        page(kind="image/png"),
        page(content_encoding="br"),
        page(cache_control="public, no-transform"),
        Response(TEXT, 206, None, "text/plain"),
        Response(None, 204),
        EventSourceResponse([]),
        StreamingResponse([TEXT], media_type="video/mp4"),
    ],
    ids=["small", "png", "encoded", "no-transform", "part", "empty", "events", "video"],
)
def test_what_is_left_as_it_is(response: Response) -> None:
    """Nothing is gained, or something would break."""
    before = response.body
    answer = compressed(response)
    assert answer is response
    assert answer.body == before
    assert "vary" not in answer.headers


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        ("", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("GZIP", "gzip"),
        ("*", "gzip"),
        ("br;q=1, gzip;q=0.5", "gzip"),
        ("gzip;q=x", None),
        ("*;q=0, gzip", "gzip"),
    ],
)
def test_the_client_decides(accept: str, coding: str | None) -> None:
    """And who does not take it is told that others get other bytes."""
    answer = compressed(page(), accept, codings=["gzip"])
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"


def test_streams_leave_chunk_by_chunk() -> None:
    """What a chunk holds can be read at once."""
    source = StreamingResponse([b"first ", b"second"], 201, {"x": "y"}, "text/plain")
    answer = compressed(source)
    assert isinstance(answer, StreamingResponse)
    assert (answer.status_code, answer.headers["x"]) == (201, "y")

    async def go() -> list[bytes]:
        reader = zlib.decompressobj(31)
        return [reader.decompress(chunk) async for chunk in answer.chunks()]

    assert asyncio.run(go()) == [b"first ", b"second", b""]


def test_large_bodies_are_compressed_in_a_thread() -> None:
    """The bytes are the same."""
    assert gzip.decompress(compressed(page(TEXT * 50)).body) == TEXT * 50


def test_codings_that_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of preference; a missing package is passed over."""

    class Brotli:
        class Compressor:
            def __init__(self, quality: int) -> None:
                self.quality = quality

            def process(self, data: bytes) -> bytes:
                return b"[" + data[:3]

            def finish(self) -> bytes:
                return b"]"

            def flush(self) -> bytes:
                return b""

    monkeypatch.setitem(sys.modules, "brotli", Brotli)
    answer = compressed(page(), "gzip, br", codings=["br", "gzip"])
    assert (answer.headers["content-encoding"], answer.body) == ("br", b"[the]")
    monkeypatch.setitem(sys.modules, "brotli", None)
    answer = compressed(page(), "gzip, br", codings=["br", "gzip"])
    assert answer.headers["content-encoding"] == "gzip"


def test_unknown_codings_are_told() -> None:
    """When the application is made."""
    with pytest.raises(ValueError, match="no such coding: 'lzma'; there are zstd, br, gzip"):
        Compression(codings=["lzma"])


def test_it_is_a_function_middleware() -> None:
    """It compresses the answer of what follows."""
    request = Request("GET", "/", b"", [(b"accept-encoding", b"gzip")], None)  # type: ignore[arg-type]  # no connection is asked

    async def follows(_: Request) -> Response:
        return page()

    answer = asyncio.run(Compression()(request, follows))
    assert "content-encoding" in answer.headers
