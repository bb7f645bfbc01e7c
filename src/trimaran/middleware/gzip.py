"""FastAPI's name for compression by gzip alone."""

from __future__ import annotations

from trimaran.http.compression import MINIMUM_SIZE, Compression


class GZipMiddleware(Compression):
    """Compresses answers by gzip; ``Compression`` knows better codings too.

    minimum_size:  bytes; a smaller body is sent as it is
    compresslevel: 1 to 9
    """

    def __init__(self, *, minimum_size: int = MINIMUM_SIZE, compresslevel: int = 9) -> None:
        super().__init__(minimum_size=minimum_size, codings=("gzip",), level=compresslevel)
