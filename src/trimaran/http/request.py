"""A request, as handlers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from trimaran.errors import HTTPException, TrimaranError
from trimaran.http.body_limits import DEFAULT_MAX_BODY, DEFAULT_MAX_UPLOAD
from trimaran.http.connection import NO_PARAMS, HTTPConnection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator

    from trimaran.http.channel import BodyStream, Channel
    from trimaran.http.forms import FormData, FormLimits, FormReading
    from trimaran.types import RawHeaders, Receive, Scope, Send


class Known(int):
    """True or false at once, and awaitable, since it is a coroutine's in Starlette."""

    def __await__(self) -> Generator[None, None, bool]:
        yield from ()  # nothing to wait for, but it makes a generator
        return bool(self)

    def __repr__(self) -> str:
        return repr(bool(self))


class Request(HTTPConnection):
    """One request: its head, as any ``HTTPConnection`` has it, and its body.

    body_bytes:   the whole body where the route's server collects it first, else ``b""``; as it
                  came: ``json()``, ``form()`` and ``inflated()`` inflate one that is compressed
    body_stream:  the body where it arrives while the handler runs, else None
    kept_form:    the body's form, once it was read

    ``Request(scope, receive)`` makes one in ASGI middleware, as Starlette's does.
    """

    __slots__ = (
        "_inflated",
        "_json",
        "_stream_taken",
        "body_bytes",
        "body_stream",
        "kept_form",
    )

    kept_form: FormData

    @overload
    def __init__(
        self,
        method: str,
        path: str,
        query_string: bytes,
        raw_headers: RawHeaders,
        channel: Channel,
        body: bytes | BodyStream = b"",
    ) -> None: ...

    @overload
    def __init__(
        self, scope: Scope, receive: Receive | None = None, send: Send | None = None, /
    ) -> None: ...

    def __init__(  # positional, since an engine makes one for every request
        self,
        method: Any,
        path: Any = None,
        query_string: Any = b"",
        raw_headers: Any = None,
        channel: Any = None,
        body: bytes | BodyStream = b"",
    ) -> None:
        if type(method) is not str:  # Starlette's Request(scope, receive)
            self._fill(method, path)
            return
        self.method = method
        self.path = path
        self.query_string = query_string
        self.raw_headers = raw_headers
        self.channel = channel
        self.path_params = NO_PARAMS
        if isinstance(body, bytes):
            self.body_bytes: bytes = body
            self.body_stream: BodyStream | None = None
        else:
            self.body_bytes = b""
            self.body_stream = body

    def _fill(self, scope: Scope, receive: Receive | None) -> None:
        """Become what a scope says; the state is the scope's own."""
        from trimaran.http.scoped import ScopeBody, ScopeChannel
        from trimaran.http.state import State

        channel = ScopeChannel(scope, receive)
        self.method = scope.get("method", "GET")
        self.path = scope.get("path", "/")
        self.query_string = scope.get("query_string", b"")
        self.raw_headers = list(scope.get("headers", ()))
        self.channel = channel
        self.path_params = scope.get("path_params", {})
        self.body_bytes, self.body_stream = b"", ScopeBody(channel)
        self._scope = scope  # type: ignore[assignment]  # a server's own mapping
        if "app" in scope:
            self.app = scope["app"]
        state: dict[str, Any] = scope.setdefault("state", {})
        self._state = State.of(state)

    async def body(self) -> bytes:
        """Return the whole body, waiting for it where it is still arriving."""
        if self.body_stream is not None:
            self.body_bytes = b"".join([chunk async for chunk in self.stream()])
            self.body_stream = None
        return self.body_bytes

    @property
    def receive(self) -> Receive:
        """The body as ASGI receives it, for ``Request(request.scope, request.receive)``."""

        async def receive() -> dict[str, Any]:
            if not sent:
                sent.append(True)
                return {"type": "http.request", "body": await self.body(), "more_body": False}
            await self.channel.wait_disconnected()
            return {"type": "http.disconnect"}

        sent: list[bool] = []
        return receive

    async def json(self) -> Any:
        """Return the body decoded. Raises ``HTTPException`` 400 where it is not JSON."""
        try:
            return self._json
        except AttributeError:
            await self.body()
            self._json: Any = _decode_json(self.inflated())
            return self._json

    def inflated(self, limit: int = DEFAULT_MAX_BODY) -> bytes:
        """Return the body that has arrived, inflated where it came compressed.

        limit: bytes of the result
        Raises ``HTTPException`` 400 for a body that is not what its Content-Encoding says, 413 for
        one too large, 415 for a coding that is not known.
        """
        if not self.body_bytes:
            return b""
        try:
            return self._inflated
        except AttributeError:
            from trimaran.http.inflating import coding_of, inflated

            coding = coding_of(self.raw_headers)
            body = inflated(self.body_bytes, coding, limit) if coding else self.body_bytes
            self._inflated: bytes = body
            return body

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the body in chunks, once: a second reader of an arriving body is an error."""
        source = self.body_stream
        if source is None:
            if self.body_bytes:
                yield self.body_bytes
            return
        if hasattr(self, "_stream_taken"):
            what = "The body is being streamed, or was, and can be read once only."
            raise TrimaranError("TRI-HTTP-006", what, "Read it with 'await request.body()' first.")
        self._stream_taken: bool = True
        while chunk := await source.read():
            yield chunk

    def form(
        self,
        *,
        max_files: int = 1000,
        max_fields: int = 1000,
        max_part_size: int = 1024 * 1024,
        max_inflated: int = DEFAULT_MAX_UPLOAD,
    ) -> FormReading:
        """Return the body's form: ``await request.form()``; empty where it is none.

        ``async with request.form() as form`` closes its files at the end. Raises ``HTTPException``
        400 for a malformed form and one of too many parts, 413 for a field past ``max_part_size``
        and a compressed form that is larger than ``max_inflated``.
        """
        from trimaran.http.forms import FormLimits, FormReading

        limits = FormLimits(max_files, max_fields, max_part_size, max_inflated)
        return FormReading(lambda: self._read_form(limits))

    async def _read_form(self, limits: FormLimits) -> FormData:
        try:
            return self.kept_form
        except AttributeError:
            from trimaran.http.form_reading import read_form
            from trimaran.http.inflating import coding_of, inflating

            kind, coding = self.headers.get("content-type", ""), coding_of(self.raw_headers)
            chunks = self.stream()
            if coding:
                chunks = inflating(chunks, coding, limits.max_inflated)
            self.kept_form = await read_form(kind, chunks, limits)
            return self.kept_form

    def is_disconnected(self) -> Known:
        """Whether the client is known to have left; with ``await`` or without."""
        return Known(self.channel.is_disconnected())

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.path}>"


def _decode_json(body: bytes) -> Any:
    import msgspec

    try:
        return msgspec.json.decode(body)
    except RecursionError:
        raise HTTPException(400, "The body is nested too deeply.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, f"The body is not valid JSON: {error}") from None
