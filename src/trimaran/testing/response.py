"""What a test client gets back."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import TrimaranError
from trimaran.http.headers import Headers
from trimaran.http.url import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from typing import Self

    from trimaran.testing.outgoing import Outgoing
    from trimaran.types import RawHeaders

_CHARSET = re.compile(r"charset\s*=\s*\"?([A-Za-z0-9_.:\-]+)", re.IGNORECASE)


class ResponseStatusError(TrimaranError):
    """``raise_for_status`` met an answer that is not a success."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response
        what = (
            f"{response.request.method} {response.url} was answered"
            f" {response.status_code} {response.reason_phrase}: {response.text[:500]}"
        )
        super().__init__("TRI-TEST-003", what)


class ClientResponse:
    """An answer, with the names that users of HTTPX know.

    request: what was sent, after redirects
    history: the redirects that led here, oldest first
    content: decoded from gzip and deflate, as HTTPX does it; other codings as they are
    cookies: what this answer set, by name
    """

    def __init__(
        self,
        request: Outgoing,
        status_code: int,
        raw_headers: RawHeaders,
        *,
        chunks: AsyncIterator[bytes],
        wait: Callable[[Awaitable[Any]], Any] | None = None,
    ) -> None:
        self.request = request
        self.status_code = status_code
        self.headers = Headers(raw=raw_headers)
        self.history: list[ClientResponse] = []
        self.cookies: dict[str, str] = {}
        self._chunks = _decoded(chunks, self.headers.get("content-encoding", ""))
        self._wait = wait
        self._content: bytes | None = None

    @property
    def url(self) -> URL:
        """The URL that was asked for, after redirects."""
        return URL(self.request.url)

    @property
    def reason_phrase(self) -> str:
        """``OK``; empty for a status that has no name."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def content(self) -> bytes:
        """The body. Of a streamed answer: only once ``read`` or ``aread`` was called."""
        if self._content is None:
            what = "The body of a streamed answer has not been read."
            raise TrimaranError("TRI-TEST-004", what, "Call read(), or iterate over the answer.")
        return self._content

    @property
    def encoding(self) -> str:
        """The charset of the content type, UTF-8 where it names none."""
        found = _CHARSET.search(self.headers.get("content-type", ""))
        return found[1] if found else "utf-8"

    @property
    def text(self) -> str:
        """The body as text."""
        try:
            return self.content.decode(self.encoding, "replace")
        except LookupError:
            return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body decoded from JSON."""
        return msgspec.json.decode(self.content)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code < 300

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends the client elsewhere."""
        return self.status_code in (301, 302, 303, 307, 308) and "location" in self.headers

    @property
    def is_client_error(self) -> bool:
        """Whether the status is 4xx."""
        return 400 <= self.status_code < 500

    @property
    def is_server_error(self) -> bool:
        """Whether the status is 5xx."""
        return 500 <= self.status_code < 600

    @property
    def is_error(self) -> bool:
        """Whether the status is 4xx or 5xx."""
        return 400 <= self.status_code < 600

    def raise_for_status(self) -> Self:
        """Return the answer, or raise ``ResponseStatusError`` where it is no success."""
        if not self.is_success:
            raise ResponseStatusError(self)
        return self

    def read(self) -> bytes:
        """Read the rest of a streamed answer and return the body."""
        if self._content is None:
            self._content = b"".join(list(self._pull()))
        return self._content

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield the body chunk by chunk, each when the handler has sent it."""
        if self._content is not None:
            if self._content:
                yield self._content
            return
        yield from self._pull()

    def iter_text(self) -> Iterator[str]:
        """Yield the body as text, chunk by chunk."""
        decode = _decoder(self.encoding)
        for chunk in self.iter_bytes():
            yield decode(chunk, False)
        if rest := decode(b"", True):
            yield rest

    def iter_lines(self) -> Iterator[str]:
        """Yield the body's lines without their ends, each when it is complete."""
        lines = _Lines()
        for text in self.iter_text():
            yield from lines.take(text)
        yield from lines.rest()

    async def aread(self) -> bytes:
        """Read the rest of a streamed answer and return the body."""
        if self._content is None:
            self._content = b"".join([chunk async for chunk in self._chunks])
        return self._content

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body chunk by chunk, each when the handler has sent it."""
        if self._content is not None:
            if self._content:
                yield self._content
            return
        async for chunk in self._chunks:
            yield chunk

    async def aiter_text(self) -> AsyncIterator[str]:
        """Yield the body as text, chunk by chunk."""
        decode = _decoder(self.encoding)
        async for chunk in self.aiter_bytes():
            yield decode(chunk, False)
        if rest := decode(b"", True):
            yield rest

    async def aiter_lines(self) -> AsyncIterator[str]:
        """Yield the body's lines without their ends, each when it is complete."""
        lines = _Lines()
        async for text in self.aiter_text():
            for line in lines.take(text):
                yield line
        for line in lines.rest():
            yield line

    def _pull(self) -> Iterator[bytes]:
        if self._wait is None:
            what = "An answer of AsyncClient was read as TestClient's are."
            raise TrimaranError("TRI-TEST-004", what, "Use aread() or the aiter_ methods.")
        while chunk := self._wait(anext(self._chunks, b"")):
            yield chunk

    def __repr__(self) -> str:
        return f"<ClientResponse {self.status_code} {self.reason_phrase}>".replace(" >", ">")


class _Lines:
    """Cuts text that arrives in pieces into lines; CR LF may be split between two."""

    def __init__(self) -> None:
        self._held = ""

    def take(self, text: str) -> Iterator[str]:
        self._held += text
        if "\n" not in text and "\r" not in text:
            return
        keep_cr = self._held.endswith("\r")
        lines = re.split(r"\r\n|\n|\r", self._held.removesuffix("\r") if keep_cr else self._held)
        self._held = lines.pop() + ("\r" if keep_cr else "")
        yield from lines

    def rest(self) -> Iterator[str]:
        if self._held:
            yield self._held.removesuffix("\r")


def _decoded(chunks: AsyncIterator[bytes], coding: str) -> AsyncIterator[bytes]:
    return _inflated(chunks) if coding.lower() in ("gzip", "deflate") else chunks


async def _inflated(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield a compressed body as it was; the format says itself which of the two it is."""
    import zlib

    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
    async for chunk in chunks:
        if data := inflate.decompress(chunk):
            yield data
    if rest := inflate.flush():
        yield rest


def _decoder(encoding: str) -> Callable[[bytes, bool], str]:
    import codecs

    try:
        return codecs.getincrementaldecoder(encoding)("replace").decode
    except LookupError:
        return codecs.getincrementaldecoder("utf-8")("replace").decode
