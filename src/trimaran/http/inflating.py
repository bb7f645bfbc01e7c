"""Request bodies that came compressed (RFC 9110, 8.4), inflated within bounds.

A few kilobytes can hold a gigabyte, so what comes out is counted as it comes out: against the
limit of the body and against what went in.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from trimaran.errors import HTTPException

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from trimaran.types import RawHeaders

PIECE = 64 * 1024
MAX_RATIO = 200
"""A body that grows by more than this is refused, once it is larger than ``RATIO_FREE``."""
RATIO_FREE = 1024 * 1024
MAX_MEMBERS = 64
"""Gzip files joined to one, each of which costs time of its own."""


def coding_of(headers: RawHeaders) -> str:
    """Return the body's coding in lower case, empty where it has none.

    Raises ``HTTPException`` 415 for several, and for one that is not known here.
    """
    given = [
        part
        for name, value in headers
        if len(name) == 16 and name.lower() == b"content-encoding"
        for part in value.decode("latin-1").lower().split(",")
    ]
    codings = [coding for part in given if (coding := part.strip()) not in ("", "identity")]
    if not codings:
        return ""
    if len(codings) > 1:
        what = "A body may be compressed once"
    elif _maker(codings[0]) is None:
        what = f"A body compressed with {codings[0][:40]!r} cannot be read"
    else:
        return codings[0]
    known = ", ".join(coding for coding in _MAKERS if _maker(coding) and coding != "x-gzip")
    raise HTTPException(415, f"{what}. Send {known}, or none.", headers={"Accept-Encoding": known})


def inflated(body: bytes, coding: str, limit: int) -> bytes:
    """Return a whole body inflated.

    limit: bytes of the result
    Raises ``HTTPException`` 400 for a body that is not of the coding, 413 for one too large.
    """
    inflater = Inflater(coding, limit)
    whole = b"".join(inflater.pieces(body))
    inflater.close()
    return whole


async def inflating(chunks: AsyncIterator[bytes], coding: str, limit: int) -> AsyncIterator[bytes]:
    """Yield an arriving body inflated, in pieces of at most 64 KB or so."""
    inflater = Inflater(coding, limit)
    async for chunk in chunks:
        for piece in inflater.pieces(chunk):
            yield piece
    inflater.close()


class Inflater:
    """Inflates one body piece by piece, and counts."""

    def __init__(self, coding: str, limit: int) -> None:
        maker = _maker(coding)
        if maker is None:
            message = f"no such coding: {coding!r}"
            raise ValueError(message)
        self._coding = coding
        self._decoder = maker()
        self._limit = limit
        self._in = self._out = 0

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what a chunk of the body holds."""
        for start in range(0, len(data), PIECE):
            chunk = data[start : start + PIECE]
            self._in += len(chunk)
            try:
                for piece in self._decoder.pieces(chunk):
                    self._count(piece)
                    if piece:
                        yield piece
            except HTTPException:
                raise
            except Exception as error:  # each library has errors of its own
                raise self._malformed() from error

    def _count(self, piece: bytes) -> None:
        self._out += len(piece)
        if self._out > self._limit:
            what = f"The body is larger than {self._limit} bytes when it is inflated."
            raise HTTPException(413, what)
        if self._out > RATIO_FREE and self._out > MAX_RATIO * self._in:
            what = f"The body grows to more than {MAX_RATIO} times its size when it is inflated."
            raise HTTPException(413, what)

    def close(self) -> None:
        """Raise ``HTTPException`` 400 where the body ended too early; nothing is no body."""
        if self._in and not self._decoder.finished:
            raise self._malformed()

    def _malformed(self) -> HTTPException:
        return HTTPException(400, f"The body is not a whole one compressed with {self._coding}.")


class _Decoder(Protocol):
    finished: bool

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds, in pieces of bounded size."""
        ...


class _Zlib:
    """gzip, its members joined, and deflate in both of the forms that clients send."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._stream: Any = zlib.decompressobj(31) if gzip else None
        self._members = 1
        self.finished = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._stream is None:
            # RFC 9110 means zlib's form, whose first byte names its method; some send it bare.
            self._stream = zlib.decompressobj(15 if data[0] & 0x0F == 8 else -15)
        while data:
            if self.finished:
                data = self._next_member(data)
            yield self._stream.decompress(data, PIECE)
            data = self._stream.unconsumed_tail
            if self._stream.eof:
                self.finished = True
                data = self._stream.unused_data

    def _next_member(self, data: bytes) -> bytes:
        self._members += 1
        if not self._gzip or self._members > MAX_MEMBERS:
            what = "something follows the end"
            raise ValueError(what)
        self._stream = zlib.decompressobj(31)
        self.finished = False
        return data


class _Brotli:
    def __init__(self, brotli: Any) -> None:
        self._stream = brotli.Decompressor()
        self.finished = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self.finished:
            what = "something follows the end"
            raise ValueError(what)
        piece = self._stream.process(data, output_buffer_limit=PIECE)
        yield piece
        # More may come out of what has gone in, as long as something does.
        while (piece or not self._stream.can_accept_more_data()) and not self._stream.is_finished():
            piece = self._stream.process(b"", output_buffer_limit=PIECE)
            yield piece
        self.finished = self._stream.is_finished()


class _Zstandard:
    """Zstandard of Python 3.14 and its backport."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._stream = make()
        self.finished = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self.finished:
            what = "something follows the end"
            raise ValueError(what)
        yield self._stream.decompress(data, max_length=PIECE)
        while not self._stream.eof and not self._stream.needs_input:
            yield self._stream.decompress(b"", max_length=PIECE)
        self.finished = self._stream.eof
        if self.finished and self._stream.unused_data:
            what = "something follows the end"
            raise ValueError(what)


def _brotli() -> Callable[[], _Decoder] | None:
    try:
        import brotli  # type: ignore[import-not-found,import-untyped,unused-ignore]  # where installed
    except ImportError:
        return None
    # Versions before 1.2 cannot be told how much to give at once.
    bounded = hasattr(brotli.Decompressor, "can_accept_more_data")
    return (lambda: _Brotli(brotli)) if bounded else None


def _zstd() -> Callable[[], _Decoder] | None:
    from importlib import import_module

    for name in ("compression.zstd", "backports.zstd"):
        try:
            make = import_module(name).ZstdDecompressor
        except ImportError:
            continue
        return lambda: _Zstandard(make)
    return None


_MAKERS: dict[str, Callable[[], Callable[[], _Decoder] | None]] = {
    "gzip": lambda: lambda: _Zlib(gzip=True),
    "x-gzip": lambda: lambda: _Zlib(gzip=True),
    "deflate": lambda: lambda: _Zlib(gzip=False),
    "br": _brotli,
    "zstd": _zstd,
}


def _maker(coding: str) -> Callable[[], _Decoder] | None:
    find = _MAKERS.get(coding)
    return None if find is None else find()
