"""``FileResponse``: a file, or the parts of it that were asked for."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from trimaran._internal.disk import off_loop
from trimaran.errors import TrimaranError
from trimaran.http.conditional import precondition_status, range_applies
from trimaran.http.dates import http_date
from trimaran.http.disposition import content_disposition
from trimaran.http.ranges import parse_range
from trimaran.http.response import PreparedResponse

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from mimetypes import MimeTypes

    from trimaran.http.disposition import DispositionKind
    from trimaran.http.ranges import Span
    from trimaran.http.request import Request
    from trimaran.types import AsyncHook

CHUNK_SIZE = 256 * 1024
"""Bytes read at a time: what a client that does not read costs, beside the socket's buffers."""

_WHOLE = 2**63

# Where Python's table, which differs between its versions, is missing or old.
_KINDS = {
    ".avif": "image/avif",
    ".gz": "application/gzip",
    ".js": "text/javascript",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


class FileResponse(PreparedResponse):
    """A file from disk, read in a thread at the pace of the client.

    Answers ``Range`` (206, 416), ``If-Range``, ``If-None-Match``, ``If-Modified-Since`` (304) and
    ``HEAD``. The file is looked at when the route's answer is made; one that is missing is the
    server's fault.

    filename: what a browser saves it as; sent as ``Content-Disposition``
    media_type: guessed from the name where None
    stat_result: of ``os.stat``, where it is known already
    """

    __slots__ = ("_parts", "_size", "_stat", "path")

    def __init__(
        self,
        path: str | os.PathLike[str],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: AsyncHook | None = None,
        *,
        filename: str | None = None,
        stat_result: os.stat_result | None = None,
        content_disposition_type: DispositionKind = "attachment",
    ) -> None:
        self.path = os.fspath(path)
        super().__init__(
            status_code, headers, media_type or guess_media_type(filename or self.path), background
        )
        self._stat = stat_result
        self._size = -1
        self._parts: list[tuple[bytes, Span]] | None = None
        if filename is not None:
            self._default(
                "content-disposition", content_disposition(content_disposition_type, filename)
            )

    def _default(self, name: str, value: str) -> None:
        if name not in self.headers:
            self.headers[name] = value

    async def prepare(self, request: Request) -> None:
        """Look at the file, and decide what of it is sent.

        Raises ``TrimaranError`` where it is missing or is no file.
        """
        found = self._stat
        if found is None:
            found = await off_loop(_look_at, self.path)
        self._size = size = found.st_size
        self._default("etag", f'"{found.st_mtime_ns:x}-{size:x}"')
        self._default("last-modified", http_date(found.st_mtime))
        self._default("accept-ranges", "bytes")
        self._parts = [(b"", (0, size))]
        if self.status_code == 200 and request.method in ("GET", "HEAD"):
            self._consider(request, found.st_mtime)
        if self.status_code in (304, 412):
            self._parts = []
            return
        length = sum(len(head) + stop - start for head, (start, stop) in self._parts)
        self.raw_headers.append((b"content-length", b"%d" % length))

    def _consider(self, request: Request, changed: float) -> None:
        etag = self.headers["etag"]
        status = precondition_status(request, etag=etag, last_modified=changed)
        if status is not None:
            self.status_code = status
            return
        wanted = request.headers.get("range")
        if wanted is None or request.method != "GET":
            return
        if not range_applies(request.headers.get("if-range"), etag=etag, last_modified=changed):
            return
        spans = parse_range(wanted, self._size)
        if spans is None:
            return
        if not spans:
            self.status_code = 416
            self._parts = []
            self.headers["content-range"] = f"bytes */{self._size}"
        else:
            self.status_code = 206
            self._take(spans)

    def _take(self, spans: list[Span]) -> None:
        if len(spans) == 1:
            start, stop = spans[0]
            self.headers["content-range"] = f"bytes {start}-{stop - 1}/{self._size}"
            self._parts = [(b"", spans[0])]
            return
        boundary = os.urandom(12).hex()
        kind = self.headers.get("content-type", "application/octet-stream")
        self.headers["content-type"] = f"multipart/byteranges; boundary={boundary}"
        self._parts = []
        for index, (start, stop) in enumerate(spans):
            head = (
                f"{'' if index == 0 else chr(13) + chr(10)}--{boundary}\r\ncontent-type: {kind}\r\n"
                f"content-range: bytes {start}-{stop - 1}/{self._size}\r\n\r\n"
            )
            self._parts.append((head.encode("latin-1"), (start, stop)))
        self._parts.append((f"\r\n--{boundary}--\r\n".encode("latin-1"), (0, 0)))

    def spans(self) -> list[tuple[bytes, Span]] | None:
        """Return what is sent of the file, each part after its head.

        None where only ``chunks`` knows: nothing was prepared, or a subclass makes its own.
        """
        return self._parts if type(self).chunks is FileResponse.chunks else None

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield what was decided on; the whole file where nobody prepared the response."""
        parts = [(b"", (0, _WHOLE))] if self._parts is None else self._parts
        if not parts:
            return
        # Most files fit one chunk: opened and read in one go, they need a single thread's turn.
        _, (start, stop) = parts[0]
        file, data = await off_loop(_open_at, self.path, start, min(CHUNK_SIZE, stop - start))
        try:
            for head, (start, stop) in parts:
                if head:
                    yield head
                place = start
                while place < stop:
                    if not data:
                        data = await off_loop(_read_at, file, place, min(CHUNK_SIZE, stop - place))
                    if not data:
                        return  # the end; where one was announced, the server sees it is not met
                    yield data
                    place += len(data)
                    data = b""
        finally:
            file.close()


def _look_at(path: str) -> os.stat_result:
    try:
        found = os.stat(path)  # noqa: PTH116  no Path is needed otherwise
    except OSError as error:
        raise _unfit(path, error.strerror or str(error)) from error
    if not stat.S_ISREG(found.st_mode):
        raise _unfit(path, "it is not a regular file")
    if not os.access(path, os.R_OK):
        raise _unfit(path, "it may not be read")
    return found


def _unfit(path: str, reason: str) -> TrimaranError:
    what = f"The file {path!r} of a FileResponse cannot be sent: {reason}."
    mend = "Answer 404 where a file may be missing, and give an absolute path."
    return TrimaranError("TRI-HTTP-007", what, mend)


def _open_at(path: str, place: int, count: int) -> tuple[BinaryIO, bytes]:
    file = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115  closed by who reads it
    try:
        return file, _read_at(file, place, count)
    except BaseException:
        file.close()
        raise


def _read_at(file: Any, place: int, count: int) -> bytes:
    file.seek(place)
    data: bytes = file.read(count)
    return data


def guess_media_type(name: str) -> str:
    """Return the media type that a file's name suggests, the same on every machine."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122  a name, no path
    known = _KINDS.get(suffix)
    if known is not None:
        return known
    kind, encoding = _types().guess_type(f"x{suffix}")
    return kind if kind is not None and encoding is None else "application/octet-stream"


@lru_cache(maxsize=1)
def _types() -> MimeTypes:
    from mimetypes import MimeTypes

    return MimeTypes()  # Python's own table, without the system's files
