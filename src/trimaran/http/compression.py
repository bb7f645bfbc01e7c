"""Answers compressed for clients that take it: gzip, Brotli, Zstandard."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from trimaran._internal.disk import off_loop
from trimaran.http.response import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    from trimaran.http.request import Request
    from trimaran.http.response import Response

MINIMUM_SIZE = 500
"""A smaller body is sent as it is: the head alone takes as much."""

_OFF_LOOP_SIZE = 64 * 1024
_WHOLE_TYPES = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/jsonl",
        "application/manifest+json",
        "application/wasm",
        "application/xml",
        "application/yaml",
        "image/svg+xml",
        "image/x-icon",
    }
)
_UNTOUCHED = frozenset({204, 206, 304})


class _Encoder(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...
    def finish(self) -> bytes: ...


class Compression:
    """Compresses answers: ``app.middleware("http")(Compression())``.

    Left as they are: bodies below ``minimum_size``, media types that are compressed by nature,
    server-sent events, parts of files, and answers with ``Content-Encoding`` or
    ``Cache-Control: no-transform``. Do not use it for pages that show a secret beside text of the
    client's choosing (BREACH).

    codings: the most wanted first; one whose package is not installed is passed over
    level:   of gzip, 1 to 9
    """

    def __init__(
        self,
        *,
        minimum_size: int = MINIMUM_SIZE,
        codings: Sequence[str] = ("zstd", "br", "gzip"),
        level: int = 6,
    ) -> None:
        unknown = [coding for coding in codings if coding not in _LOADERS]
        if unknown:
            message = f"no such coding: {unknown[0]!r}; there are {', '.join(_LOADERS)}"
            raise ValueError(message)
        self._minimum = minimum_size
        found = {coding: _LOADERS[coding](level) for coding in codings}
        self._makers: Mapping[str, Callable[[], _Encoder]] = {
            coding: maker for coding, maker in found.items() if maker is not None
        }

    async def __call__(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        """Compress the answer of what follows."""
        return await self.compress(request, await call_next(request))

    async def compress(self, request: Request, response: Response) -> Response:
        """Return a response compressed as its request allows, or as it is."""
        if not self._may_compress(response):
            return response
        response.headers.add_vary_header("Accept-Encoding")
        coding = self._choose(request.headers.get("accept-encoding", ""))
        if coding is None:
            return response
        encoder = self._makers[coding]()
        compressed = response
        if isinstance(response, StreamingResponse):
            compressed = _CompressedStream(response, encoder)
        elif len(response.body) >= _OFF_LOOP_SIZE:
            response.body = await off_loop(_whole, encoder, response.body)
        else:
            response.body = _whole(encoder, response.body)
        headers = compressed.headers
        headers["content-encoding"] = coding
        tag = headers.get("etag", "")
        if tag.startswith('"'):
            headers["etag"] = f"W/{tag}"  # other bytes, the same meaning
        if "accept-ranges" in headers:
            del headers["accept-ranges"]
        return compressed

    def _may_compress(self, response: Response) -> bool:
        headers = response.headers
        if response.status_code in _UNTOUCHED or response.status_code < 200:
            return False
        if "content-encoding" in headers or "no-transform" in headers.get("cache-control", ""):
            return False
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        textual = kind.startswith("text/") or kind in _WHOLE_TYPES
        if not (textual or kind.endswith(("+json", "+xml"))) or kind == "text/event-stream":
            return False
        if not isinstance(response, StreamingResponse):
            return len(response.body) >= self._minimum
        length = headers.get("content-length")
        return length is None or int(length) >= self._minimum

    def _choose(self, accepted: str) -> str | None:
        weights = _weights(accepted)
        best, coding = 0.0, None
        for name in self._makers:
            weight = weights.get(name, weights.get("*", 0.0))
            if weight > best:
                best, coding = weight, name
        return coding


class _CompressedStream(StreamingResponse):
    """A stream compressed on its way; what each chunk holds leaves at once."""

    __slots__ = ("_encoder", "_source")

    def __init__(self, source: StreamingResponse, encoder: _Encoder) -> None:
        super().__init__((), source.status_code)
        self.raw_headers = [
            field for field in source.raw_headers if field[0].lower() != b"content-length"
        ]
        self.after = source.after
        self._source = source
        self._encoder = encoder

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the compressed body."""
        encoder, chunks = self._encoder, self._source.chunks()
        try:
            async for chunk in chunks:
                if len(chunk) >= _OFF_LOOP_SIZE:
                    yield await off_loop(_part, encoder, chunk)
                elif chunk:
                    yield _part(encoder, chunk)
            yield encoder.finish()
        finally:
            await chunks.aclose()


def _whole(encoder: _Encoder, data: bytes) -> bytes:
    return encoder.compress(data) + encoder.finish()


def _part(encoder: _Encoder, data: bytes) -> bytes:
    return encoder.compress(data) + encoder.flush()


def _weights(header: str) -> dict[str, float]:
    """Return the codings of an ``Accept-Encoding`` with their weights; bounded."""
    found: dict[str, float] = {}
    for piece in header.lower().split(",", 20)[:20]:
        name, _, weight = piece.partition(";")
        quality = weight.partition("q=")[2].strip()
        try:
            found[name.strip()] = min(float(quality), 1.0) if quality else 1.0
        except ValueError:
            found[name.strip()] = 0.0
    return found


class _Gzip:
    def __init__(self, level: int) -> None:
        self._zlib = zlib.compressobj(level, zlib.DEFLATED, 31)
        self.compress = self._zlib.compress

    def flush(self) -> bytes:
        return self._zlib.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._zlib.flush()


class _Brotli:
    def __init__(self, brotli: Any) -> None:
        # 4 of 11: about gzip's time at 6, and smaller.
        encoder = brotli.Compressor(quality=4)
        self.compress = encoder.process
        self.flush = encoder.flush
        self.finish = encoder.finish


class _Zstd:
    def __init__(self, zstd: Any) -> None:
        encoder = zstd.ZstdCompressor()
        self.compress = encoder.compress
        self._encoder = encoder

    def flush(self) -> bytes:
        data: bytes = self._encoder.flush(self._encoder.FLUSH_BLOCK)
        return data

    def finish(self) -> bytes:
        data: bytes = self._encoder.flush(self._encoder.FLUSH_FRAME)
        return data


def _load_gzip(level: int) -> Callable[[], _Encoder] | None:
    return lambda: _Gzip(level)


def _load_brotli(level: int) -> Callable[[], _Encoder] | None:
    brotli = _imported("brotli")
    return None if brotli is None else lambda: _Brotli(brotli)


def _load_zstd(level: int) -> Callable[[], _Encoder] | None:
    zstd = _imported("compression.zstd", "backports.zstd")
    return None if zstd is None else lambda: _Zstd(zstd)


def _imported(*names: str) -> Any:
    from importlib import import_module

    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


_LOADERS: Mapping[str, Callable[[int], Callable[[], _Encoder] | None]] = {
    "zstd": _load_zstd,
    "br": _load_brotli,
    "gzip": _load_gzip,
}
