"""Form bodies read as they arrive, whatever their encoding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trimaran.errors import HTTPException
from trimaran.http.form_types import MULTIPART, URLENCODED
from trimaran.http.forms import FormData
from trimaran.http.media_type import parse_media_type
from trimaran.http.query import parse_query
from trimaran.http.upload import UploadFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from multipart import MultipartSegment, PushMultipartParser

    from trimaran.http.forms import FormLimits

MAX_PART_HEADERS = 8
MAX_PART_HEADER = 4096
MAX_NAME = 255
"""Characters of a field's or a file's name."""

# RFC 2046, 5.1.1, and what clients send beside it.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? !#$%&*;<>@\[\]^`{|}~]{1,70}(?<! )")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


async def read_form(
    content_type: str, chunks: AsyncIterator[bytes], limits: FormLimits
) -> FormData:
    """Return the form that a body is; an empty one where its type is no form's.

    Raises ``HTTPException`` 400 for a body that is malformed or has too many parts, and 413 for a
    field that is too large.
    """
    kind = parse_media_type(content_type)
    if kind.essence == MULTIPART:
        boundary = kind.params.get("boundary", "")
        if _BOUNDARY.fullmatch(boundary) is None:
            what = "The Content-Type of a multipart form must name its boundary, 1 to 70 characters"
            raise HTTPException(400, f"{what} long.")
        return await _MultipartReader(boundary.encode("ascii"), limits).read(chunks)
    if kind.essence == URLENCODED:
        return await _read_urlencoded(chunks, limits)
    return FormData()


async def _read_urlencoded(chunks: AsyncIterator[bytes], limits: FormLimits) -> FormData:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
    fields = parse_query(bytes(body), max_fields=limits.max_fields)
    for name, value in fields:
        if len(value) > limits.max_part_size:
            raise _too_large(name, limits.max_part_size)
    return FormData(fields)


def _too_large(name: str, limit: int) -> HTTPException:
    return HTTPException(413, f"The field {name[:MAX_NAME]!r} is larger than {limit} bytes.")


class _MultipartReader:
    """Reads one ``multipart/form-data`` body (RFC 7578)."""

    def __init__(self, boundary: bytes, limits: FormLimits) -> None:
        from multipart import PushMultipartParser

        self._limits = limits
        self._parser: PushMultipartParser = PushMultipartParser(
            boundary, max_header_size=MAX_PART_HEADER, max_header_count=MAX_PART_HEADERS
        )
        self._opening = b"--" + boundary
        self._begun = False
        self._start = b""
        self._items: list[tuple[str, str | UploadFile]] = []
        self._files = 0
        self._name = ""
        self._upload: UploadFile | None = None
        self._field = bytearray()

    async def read(self, chunks: AsyncIterator[bytes]) -> FormData:
        """Return the form. Files of one that fails are closed."""
        from multipart import MultipartError

        try:
            async for chunk in chunks:
                await self._feed(chunk)
            self._parser.close()
        except MultipartError as error:
            await self._abandon()
            raise HTTPException(400, f"The multipart body is malformed: {error}.") from None
        except BaseException:
            await self._abandon()
            raise
        return FormData(self._items)

    async def _feed(self, chunk: bytes) -> None:
        if not self._begun:
            chunk = self._open(chunk)
        if not chunk:
            return
        for event in self._parser.parse(chunk):
            if event is None:
                await self._end_part()
            elif isinstance(event, (bytes, bytearray)):
                await self._take(event)
            else:
                self._begin_part(event)

    def _open(self, chunk: bytes) -> bytes:
        """Hold back the beginning until it shows the boundary.

        The parser's own treatment of text before it depends on how the body was cut into chunks.
        """
        self._start += chunk
        text = self._start.removeprefix(b"\r\n")
        if len(text) < len(self._opening) and self._opening.startswith(text):
            return b""
        if not text.startswith(self._opening):
            if self._start == b"\r":
                return b""
            raise HTTPException(400, "The multipart body does not begin with its boundary.")
        if len(text) < len(self._opening) + 2:
            return b""
        self._begun = True
        return text

    def _begin_part(self, segment: MultipartSegment) -> None:
        name = segment.name or ""
        if not name or len(name) > MAX_NAME or _CONTROLS.search(name):
            what = f"A part of the form needs a name of 1 to {MAX_NAME} printable characters."
            raise HTTPException(400, what)
        self._name = name
        if segment.filename is None:
            if len(self._items) - self._files >= self._limits.max_fields:
                raise HTTPException(400, f"More than {self._limits.max_fields} fields in one form.")
            self._upload = None
            self._field.clear()
            return
        if self._files >= self._limits.max_files:
            raise HTTPException(400, f"More than {self._limits.max_files} files in one form.")
        self._files += 1
        fields = [(key.lower().encode(), val.encode()) for key, val in segment.headerlist]
        self._upload = UploadFile.of_part(_safe_name(segment.filename), fields)
        self._items.append((name, self._upload))

    async def _take(self, data: bytes | bytearray) -> None:
        if self._upload is not None:
            await self._upload.write(bytes(data))
            return
        if len(self._field) + len(data) > self._limits.max_part_size:
            raise _too_large(self._name, self._limits.max_part_size)
        self._field += data

    async def _end_part(self) -> None:
        if self._upload is not None:
            await self._upload.seek(0)
        else:
            self._items.append((self._name, self._field.decode("utf-8", "replace")))

    async def _abandon(self) -> None:
        self._parser.close(check_complete=False)
        await FormData(self._items).close()


def _safe_name(filename: str) -> str:
    """Return a file's name without folders, which RFC 7578, 4.2, tells servers to ignore."""
    name = re.split(r"[/\\]", filename)[-1]
    if len(name) > MAX_NAME or _CONTROLS.search(name):
        what = f"A file's name must be at most {MAX_NAME} printable characters."
        raise HTTPException(400, what)
    return "" if name in (".", "..") else name
