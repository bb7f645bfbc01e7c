"""Compressed request bodies, inflated within bounds."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from trimaran.errors import HTTPException
from trimaran.http.inflating import MAX_MEMBERS, coding_of, inflated, inflating

BODY = b'{"name": "Ran", "year": 1985}' * 50
MB = 1024 * 1024


def bare(data: bytes) -> bytes:
    """Deflate without zlib's frame, as some clients send it."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def refusal(call: Any, *args: Any) -> tuple[int, str]:
    """Return status and detail of what a call is answered."""
    with pytest.raises(HTTPException) as caught:
        call(*args)
    return caught.value.status_code, str(caught.value.detail)


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", gzip.compress(BODY)),
        ("x-gzip", gzip.compress(BODY)),
        ("gzip", gzip.compress(BODY[:700]) + gzip.compress(BODY[700:])),
        ("deflate", zlib.compress(BODY)),
        ("deflate", bare(BODY)),
    ],
)
def test_what_python_inflates_itself(coding: str, data: bytes) -> None:
    """Both forms of deflate, and joined members of gzip."""
    assert inflated(data, coding, MB) == BODY


def test_brotli_where_it_is_installed() -> None:
    """A version that can be told how much to give at once."""
    brotli = pytest.importorskip("brotli", "1.2")
    assert inflated(brotli.compress(BODY), "br", MB) == BODY
    large = bytes(range(256)) * 4000
    assert inflated(brotli.compress(large), "br", 2 * MB) == large
    assert refusal(inflated, brotli.compress(BODY)[:-1], "br", MB)[0] == 400
    assert refusal(inflated, brotli.compress(bytes(3 * MB)), "br", MB)[0] == 413


def test_zstandard_where_it_is_installed() -> None:
    """Of Python 3.14, or the backport."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # of 3.14
    except ImportError:
        zstd = pytest.importorskip("backports.zstd")
    assert inflated(zstd.compress(BODY), "zstd", MB) == BODY
    assert refusal(inflated, zstd.compress(BODY)[:-1], "zstd", MB)[0] == 400
    assert refusal(inflated, zstd.compress(bytes(3 * MB)), "zstd", MB)[0] == 413


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_stopped_as_it_grows(pack: Any) -> None:
    """By the limit, and by how much more comes out than went in."""
    coding = "gzip" if pack is gzip.compress else "deflate"
    bomb = pack(bytes(20 * MB))
    assert refusal(inflated, bomb, coding, 2 * MB) == (
        413,
        f"The body is larger than {2 * MB} bytes when it is inflated.",
    )
    status, detail = refusal(inflated, bomb, coding, 64 * MB)
    assert status == 413
    assert "200 times its size" in detail


@pytest.mark.parametrize(
    "data",
    [
        b"plain",
        BODY,
        gzip.compress(BODY)[:-4],
        gzip.compress(BODY) + b"more",
        gzip.compress(b"") * (MAX_MEMBERS + 1),
    ],
)
def test_what_is_not_of_the_coding_is_malformed(data: bytes) -> None:
    """Also what was cut off, what goes on, and too many members."""
    assert refusal(inflated, data, "gzip", MB) == (
        400,
        "The body is not a whole one compressed with gzip.",
    )


@pytest.mark.parametrize(
    ("values", "coding"),
    [([], ""), ([b"identity"], ""), ([b"GZIP"], "gzip"), ([b" gzip , identity"], "gzip")],
)
def test_the_coding_of_a_head(values: list[bytes], coding: str) -> None:
    """In any case; identity is none."""
    assert coding_of([(b"Content-Encoding", value) for value in values]) == coding


@pytest.mark.parametrize("values", [[b"lzma"], [b"gzip, gzip"], [b"gzip", b"deflate"]])
def test_other_codings_are_refused(values: list[bytes]) -> None:
    """The answer lists those that are taken, as RFC 9110, 15.5.16, asks."""
    with pytest.raises(HTTPException) as caught:
        coding_of([(b"content-encoding", value) for value in values])
    assert caught.value.status_code == 415
    assert caught.value.headers is not None
    assert caught.value.headers["Accept-Encoding"].startswith("gzip, deflate")


async def test_a_stream_is_inflated_piece_by_piece() -> None:
    """Cut anywhere; each piece is small, whatever it came from."""
    data = gzip.compress(bytes(range(256)) * 4000)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 7):
            yield data[start : start + 7]

    pieces = [piece async for piece in inflating(chunks(), "gzip", 2 * MB)]
    assert b"".join(pieces) == bytes(range(256)) * 4000
    assert max(map(len, pieces)) <= 64 * 1024
