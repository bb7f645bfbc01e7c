"""A WSGI application (PEP 3333), such as an old Flask or Django, as an ASGI one."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

from trimaran.errors import HTTPException
from trimaran.handlers.threads import in_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 4 * 1024 * 1024
_END: Any = object()


class WSGIMiddleware:
    """Makes a WSGI application mountable.

    ``app.mount("/old", WSGIMiddleware(flask_app))``

    Each request takes a thread of the pool that ``def`` handlers share.

    max_body: bytes; a body is collected before the application is called
    """

    has_websockets = False

    def __init__(self, app: Callable[..., Iterable[bytes]], *, max_body: int = MAX_BODY) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI request."""
        if scope["type"] != "http":
            message = f"a WSGI application cannot serve the scope {scope['type']!r}"
            raise NotImplementedError(message)
        body = await self._collect(receive)
        if body is None:
            return
        call = _Call(self._app, make_environ(scope, body))
        try:
            chunk = await in_thread(call.start)
            await send(
                {"type": "http.response.start", "status": call.status, "headers": call.headers}
            )
            while chunk is not _END:
                following = await in_thread(call.next)
                last = following is _END
                await send({"type": "http.response.body", "body": chunk, "more_body": not last})
                chunk = following
        finally:
            await in_thread(call.close)

    async def _collect(self, receive: Receive) -> bytes | None:
        chunks, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_body:
                raise HTTPException(413, "The request body is too large.")
            chunks.append(chunk)
            more = message.get("more_body", False)
        return b"".join(chunks)


class _Call:
    """One call of a WSGI application; its methods run in threads, one at a time."""

    def __init__(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        self._app = app
        self._environ = environ
        self._written: list[bytes] = []
        self._result: Iterable[bytes] = ()
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []

    def start(self) -> bytes:
        """Call the application; return the first chunk of its body."""
        self._result = self._app(self._environ, self._start_response)
        self._chunks = iter(self._result)
        first = self.next()
        if not self.status:
            message = "the WSGI application did not call start_response"
            raise RuntimeError(message)
        return b"" if first is _END else first

    def next(self) -> bytes:
        """Return the next chunk, or the sign of the end."""
        chunk = next(self._chunks, _END)
        if self._written:
            rest = b"" if chunk is _END else chunk
            chunk, self._written = b"".join([*self._written, rest]), []
        return chunk

    def close(self) -> None:
        """End the application's iterable, as PEP 3333 asks."""
        close = getattr(self._result, "close", None)
        if close is not None:
            close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if self.status and exc_info is None:
            message = "start_response was called twice"
            raise RuntimeError(message)
        self.status = int(status.partition(" ")[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]
        return self._written.append


def make_environ(scope: Message, body: bytes) -> dict[str, Any]:
    """Return the environment of PEP 3333 for an ASGI request.

    A header with an underscore in its name is left out: it would pass for one with a hyphen.
    """
    root: str = scope.get("root_path", "")
    path: str = scope["path"]
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": root.encode().decode("latin-1"),
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if scope.get("client"):
        environ["REMOTE_ADDR"] = scope["client"][0]
        environ["REMOTE_PORT"] = str(scope["client"][1])
    for name, value in scope["headers"]:
        if b"_" in name or name in (b"content-length", b"proxy"):
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
