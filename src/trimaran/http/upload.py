"""``UploadFile``: a file that came in a form, in memory or on disk."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from trimaran._internal.disk import off_loop
from trimaran.http.headers import Headers

if TYPE_CHECKING:
    from trimaran.types import RawHeaders

SPOOL_SIZE = 1024 * 1024
"""A file larger than this is kept on disk instead of in memory."""


class UploadFile:
    """A file of a form. Closed by the framework when its request has been answered.

    filename: as the client named it, without its folders; None where it gave no name
    size:     bytes
    headers:  of its part of the form
    file:     the file itself, for libraries that read one in a thread
    """

    __slots__ = ("_made", "file", "filename", "headers", "size")

    def __init__(
        self,
        file: BinaryIO | None = None,
        *,
        size: int | None = None,
        filename: str | None = None,
        headers: Headers | None = None,
    ) -> None:
        self.file: BinaryIO = _spooled() if file is None else file
        self._made = file is None
        self.filename = filename
        self.size = size if file is not None else (size or 0)
        self.headers = headers if headers is not None else Headers()

    @classmethod
    def of_part(cls, filename: str | None, fields: RawHeaders) -> UploadFile:
        """Return an empty file for a part of a form."""
        return cls(filename=filename, headers=Headers(raw=fields))

    @property
    def content_type(self) -> str | None:
        """The media type as the client gave it; nothing vouches for it."""
        return self.headers.get("content-type")

    async def write(self, data: bytes) -> None:
        """Write at the current place; on disk in a thread."""
        size = self.size or 0
        if self._stays_in_memory(size + len(data)):
            self.file.write(data)
        else:
            await off_loop(self.file.write, data)
        self.size = size + len(data)

    async def read(self, size: int = -1) -> bytes:
        """Return that many bytes from the current place, all that follow by default."""
        if self._stays_in_memory(0):
            return self.file.read(size)
        return await off_loop(self.file.read, size)

    async def seek(self, offset: int) -> None:
        """Go to a place, counted from the beginning."""
        if self._stays_in_memory(0):
            self.file.seek(offset)
        else:
            await off_loop(self.file.seek, offset)

    async def close(self) -> None:
        """Close the file; what is on disk is gone then."""
        if self._stays_in_memory(0):
            self.file.close()
        else:
            await off_loop(self.file.close)

    def _stays_in_memory(self, size: int) -> bool:
        # A file of unknown kind may be anywhere, so it counts as one on disk.
        return not getattr(self.file, "_rolled", True) and size <= SPOOL_SIZE

    def __del__(self) -> None:
        # Of a form that nobody closed; a file that was handed in belongs to who opened it.
        if getattr(self, "_made", False):
            self.file.close()

    def __repr__(self) -> str:
        return f"UploadFile(filename={self.filename!r}, size={self.size!r})"


def _spooled() -> BinaryIO:
    return cast("BinaryIO", SpooledTemporaryFile(max_size=SPOOL_SIZE))
