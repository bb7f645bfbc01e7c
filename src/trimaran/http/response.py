"""Responses: what a handler may return instead of a value."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import msgspec

from trimaran.http.headers import MutableHeaders, encode_header, encode_headers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from datetime import datetime

    from trimaran.http.cookies import SameSite
    from trimaran.http.request import Request
    from trimaran.http.url import URL
    from trimaran.types import AsyncHook, RawHeaders


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        what = f"{type(value).__name__} does not encode to JSON"
        raise TypeError(what)
    return dump(mode="json")


encode_json = msgspec.json.Encoder(enc_hook=_plain).encode
"""Return the JSON of anything msgspec encodes, and of Pydantic models."""


@lru_cache(maxsize=256)
def _content_type(media_type: str, charset: str) -> tuple[bytes, bytes]:
    if media_type.startswith("text/") and "charset=" not in media_type.lower():
        media_type = f"{media_type}; charset={charset}"
    return encode_header("content-type", media_type)


class Response:
    """A status, headers and a body.

    raw_headers: never ``content-length``, ``transfer-encoding`` or ``date``: the server writes
                 those, and leaves out what ``headers`` says of them
    background:  awaited after the answer: a ``BackgroundTask``, or several
    after:       awaited by the server, in order, once the last byte is written or the client left

    A subclass sets ``media_type`` and overrides ``render``.
    """

    __slots__ = ("after", "body", "raw_headers", "status_code")

    media_type: ClassVar[str | None] = None
    charset: ClassVar[str] = "utf-8"

    def __init__(
        self,
        content: Any = None,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: AsyncHook | None = None,
    ) -> None:
        self.status_code = status_code
        self.after: list[AsyncHook] | None = None if background is None else [background]
        fields: RawHeaders = encode_headers(headers) if headers else []
        kind = media_type or self.media_type
        if kind and not (fields and any(name == b"content-type" for name, _ in fields)):
            fields.append(_content_type(kind, self.charset))
        self.raw_headers = fields
        self.body: bytes = self.render(content)

    def render(self, content: Any) -> bytes:
        """Return the body for what was given as content."""
        if content is None:
            return b""
        if isinstance(content, bytes):
            return content
        if isinstance(content, str):
            return content.encode(self.charset)
        return bytes(content)

    @property
    def headers(self) -> MutableHeaders:
        """The header fields, to read and to change."""
        return MutableHeaders(raw=self.raw_headers)

    def set_cookie(
        self,
        key: str,
        value: str = "",
        max_age: int | None = None,
        expires: datetime | str | int | None = None,
        path: str | None = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: SameSite | None = "lax",
        partitioned: bool = False,
    ) -> None:
        """Set a cookie. Raises ``InvalidHeaderError`` for one that a browser would drop.

        expires: a date, a number of seconds from now, or the text of a date
        """
        from trimaran.http.cookies import format_set_cookie

        text = format_set_cookie(
            key,
            value,
            max_age=max_age,
            expires=expires,
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
            partitioned=partitioned,
        )
        self.raw_headers.append(encode_header("set-cookie", text))

    def delete_cookie(
        self,
        key: str,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        samesite: SameSite | None = "lax",
    ) -> None:
        """Ask the browser to forget a cookie that was set with this path and domain."""
        self.set_cookie(
            key,
            max_age=0,
            expires="Thu, 01 Jan 1970 00:00:00 GMT",
            path=path,
            domain=domain,
            secure=secure,
            httponly=httponly,
            samesite=samesite,
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}>"


class JSONResponse(Response):
    """A JSON body: anything msgspec encodes, and Pydantic models."""

    __slots__ = ()

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the content as JSON."""
        return encode_json(content)


class HTMLResponse(Response):
    """An HTML body."""

    __slots__ = ()

    media_type = "text/html"


class PlainTextResponse(Response):
    """A plain text body."""

    __slots__ = ()

    media_type = "text/plain"


class RedirectResponse(Response):
    """A redirect; what a URL cannot hold is percent-encoded.

    Whether the target is one that may be redirected to is the caller's to decide.
    """

    __slots__ = ()

    def __init__(
        self,
        url: str | URL,
        status_code: int = 307,
        headers: Mapping[str, str] | None = None,
        background: AsyncHook | None = None,
    ) -> None:
        super().__init__(b"", status_code, headers, None, background)
        self.headers["location"] = quote(str(url), safe=":/%#?=@[]!$&'()*+,;~")


class StreamingResponse(Response):
    """A body sent chunk by chunk, at the pace of the client.

    content: an asynchronous or a plain iterable of bytes or text. A plain one runs in the event
             loop's own thread: it should not block.
    """

    __slots__ = ("_content",)

    def __init__(
        self,
        content: AsyncIterable[bytes | str] | Iterable[bytes | str],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: AsyncHook | None = None,
    ) -> None:
        super().__init__(b"", status_code, headers, media_type, background)
        self._content = content

    @property
    def body_iterator(self) -> AsyncIterable[bytes | str] | Iterable[bytes | str]:
        """The content, which a middleware may replace."""
        return self._content

    @body_iterator.setter
    def body_iterator(self, content: AsyncIterable[bytes | str] | Iterable[bytes | str]) -> None:
        self._content = content

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body. Closing this generator closes the content, wherever it stands."""
        content = self._content
        try:
            if isinstance(content, AsyncIterable):
                async for chunk in content:
                    yield chunk if isinstance(chunk, bytes) else self.render(chunk)
            else:
                for chunk in content:
                    yield chunk if isinstance(chunk, bytes) else self.render(chunk)
        finally:
            closer: Any = content
            if hasattr(closer, "aclose"):
                await closer.aclose()
            elif hasattr(closer, "close"):
                closer.close()


class PreparedResponse(StreamingResponse):
    """A response whose head depends on the request, such as a file in parts.

    A route that returns one awaits ``prepare`` before its answer goes on its way; so must other
    code that makes one.
    """

    __slots__ = ()

    def __init__(
        self,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        background: AsyncHook | None = None,
    ) -> None:
        super().__init__((), status_code, headers, media_type, background)

    async def prepare(self, request: Request) -> None:
        """Set status and headers for this request."""
        raise NotImplementedError
