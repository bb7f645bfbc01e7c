"""Clients that call an application in process, without a socket and without ASGI."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Coroutine
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from trimaran.errors import ClientDisconnectedError, TrimaranError
from trimaran.testing.channel import InProcessChannel
from trimaran.testing.cookies import CookieJar
from trimaran.testing.database import database_for_test
from trimaran.testing.exchange import Exchange
from trimaran.testing.loop import LoopRunner, Resident
from trimaran.testing.outgoing import MAX_REDIRECTS, Outgoing, RequestOptions, build
from trimaran.testing.response import ClientResponse
from trimaran.testing.verbs import Verbs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self, Unpack

    from trimaran.server.application import Application
    from trimaran.testing.websocket import AsyncWebSocketSession, WebSocketTestSession

T = TypeVar("T")

_DEFAULT_HEADERS = {"accept": "*/*", "user-agent": "testclient"}
_PORTS = {"http": 80, "https": 443}


class AsyncClient(Verbs[Coroutine[Any, Any, ClientResponse]]):
    """Calls an application from ``async def`` tests, in their own event loop.

    ``async with AsyncClient(app) as client`` runs the application's start-up and shutdown too;
    without it requests are answered, but nothing that ``lifespan`` prepares is there.

    raise_server_exceptions: an exception behind a 500 is raised in the test
    client:                  the address that ``request.client`` shows
    root_path:               what a proxy has taken away from the paths
    database:                URL of the default database, where no fixture has installed one; it
                             gets a table for every model. The application's own is not touched
    """

    def __init__(
        self,
        app: Application,
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
        root_path: str = "",
        database: str | None = None,
    ) -> None:
        self.app = app
        self.base_url = base_url.rstrip("/") + "/"
        self.raise_server_exceptions = raise_server_exceptions
        self.headers = {**_DEFAULT_HEADERS, **(headers or {})}
        self.cookies = CookieJar((cookies or {}).items())
        self.follow_redirects = follow_redirects
        self._peer = client
        self._root_path = root_path.rstrip("/")
        self._database = database
        self._life: Resident[None] | None = None

    async def __aenter__(self) -> Self:
        self._life = Resident(_lifespan(self.app, self._database))
        await self._life.enter()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._life is not None:
            await self._life.leave()

    async def request(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> ClientResponse:
        """Send a request and return its whole answer, following redirects."""
        outgoing = self._build(method, url, options)
        history: list[ClientResponse] = []
        follow = outgoing.follow_redirects
        while True:
            response = await self._exchange(outgoing)
            response.history = list(history)
            follows = self.follow_redirects if follow is None else follow
            if not (follows and response.is_redirect):
                return response
            history.append(response)
            if len(history) > MAX_REDIRECTS:
                what = f"More than {MAX_REDIRECTS} redirects, the last to {outgoing.url}."
                raise TrimaranError("TRI-TEST-006", what, "Pass follow_redirects=False to see one.")
            outgoing = outgoing.redirected(response.status_code, response.headers["location"])

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> AsyncIterator[ClientResponse]:
        """Send a request and read its answer while the handler sends it.

        Leaving the block before the end is a client that hangs up. Redirects are not followed.
        """
        exchange, response = await self._open(self._build(method, url, options), None)
        try:
            yield response
        finally:
            await exchange.close()
        self._raise_late(exchange)

    @asynccontextmanager
    async def websocket_connect(
        self, url: str, subprotocols: Sequence[str] = (), **options: Unpack[RequestOptions]
    ) -> AsyncIterator[AsyncWebSocketSession]:
        """Open a WebSocket; leaving the block closes it and waits for the handler.

        Raises ``WebSocketDenialResponse`` where the application denies it.
        """
        session = await self._converse(url, subprotocols, options)
        try:
            yield session
        finally:
            await session.finish()

    async def _converse(
        self, url: str, subprotocols: Sequence[str], options: RequestOptions
    ) -> AsyncWebSocketSession:
        from trimaran.testing.websocket import connect

        outgoing = self._build("GET", url, options)
        headers = outgoing.raw_headers(self.cookies.header_for(outgoing.url))
        if subprotocols:
            headers.append((b"sec-websocket-protocol", ", ".join(subprotocols).encode()))
        parts = urlsplit(outgoing.url)
        secure = parts.scheme in ("https", "wss")
        port = parts.port or _PORTS["https" if secure else "http"]
        address = {
            "scheme": "wss" if secure else "ws",
            "server": (parts.hostname or "testserver", port),
            "client": self._peer,
            "root_path": self._root_path,
        }
        raises = self.raise_server_exceptions
        return await connect(self.app, outgoing, headers, address=address, raises=raises)

    def _build(self, method: str, url: str, options: RequestOptions) -> Outgoing:
        return build(method, url, options, base_url=self.base_url, default_headers=self.headers)

    def _start(self, outgoing: Outgoing) -> Exchange:
        parts = urlsplit(outgoing.url)
        channel = InProcessChannel(
            scheme=parts.scheme,
            server=(parts.hostname or "testserver", parts.port or _PORTS.get(parts.scheme, 80)),
            client=self._peer,
            root_path=self._root_path,
        )
        return Exchange(self.app, outgoing, self.cookies.header_for(outgoing.url), channel)

    async def _open(
        self, outgoing: Outgoing, wait: Callable[[Awaitable[Any]], Any] | None
    ) -> tuple[Exchange, ClientResponse]:
        exchange = self._start(outgoing)
        try:
            status, headers = await exchange.head()
        except BaseException:
            await exchange.close()
            raise
        response = ClientResponse(outgoing, status, headers, chunks=exchange.chunks(), wait=wait)
        set_cookies = response.headers.getlist("set-cookie")
        response.cookies = self.cookies.receive(outgoing.url, set_cookies)
        fault = exchange.channel.fault
        if fault is not None and self.raise_server_exceptions:
            await exchange.close()
            raise fault
        return exchange, response

    async def _exchange(self, outgoing: Outgoing) -> ClientResponse:
        if outgoing.disconnect_after is not None:
            await self._leave_early(outgoing, outgoing.disconnect_after)
        exchange, response = await self._open(outgoing, None)
        try:
            await response.aread()
            if exchange.channel.is_disconnected():
                what = f"The content of {outgoing.method} {outgoing.url} broke off."
                raise ClientDisconnectedError(what)
        except ClientDisconnectedError:
            raise
        except Exception as error:
            if self.raise_server_exceptions:
                raise
            what = f"The answer of {outgoing.method} {outgoing.url} broke off: {error!r}."
            raise TrimaranError("TRI-TEST-007", what, "Its stream failed midway.") from error
        finally:
            await exchange.close()
        self._raise_late(exchange)
        return response

    async def _leave_early(self, outgoing: Outgoing, seconds: float) -> None:
        exchange = self._start(outgoing)
        timer = asyncio.get_running_loop().call_later(seconds, exchange.channel.disconnect)
        try:
            async for _ in exchange.chunks():
                pass
        finally:
            timer.cancel()
        what = f"The test's client left after {seconds} s."
        raise ClientDisconnectedError(what)

    def _raise_late(self, exchange: Exchange) -> None:
        if exchange.late_fault is not None and self.raise_server_exceptions:
            raise exchange.late_fault


class TestClient(Verbs[ClientResponse]):
    """Calls an application from synchronous tests, on an event loop of its own.

    ``with TestClient(app) as client`` runs the application's start-up and shutdown too; without
    it requests are answered, but nothing that ``lifespan`` prepares is there. The loop runs only
    while a call waits for its answer.

    >>> client.post("/films", json={"title": "Alien"}).status_code
    201
    """

    __test__ = False  # its name looks like a test's to pytest

    def __init__(
        self,
        app: Application,
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        follow_redirects: bool = True,
        client: tuple[str, int] = ("testclient", 50000),
        root_path: str = "",
        database: str | None = None,
        runner: LoopRunner | None = None,
    ) -> None:
        self._client = AsyncClient(
            app,
            base_url,
            raise_server_exceptions=raise_server_exceptions,
            headers=headers,
            cookies=cookies,
            follow_redirects=follow_redirects,
            client=client,
            root_path=root_path,
            database=database,
        )
        self._runner = runner if runner is not None else LoopRunner()
        if runner is None:
            weakref.finalize(self, self._runner.close)

    @property
    def app(self) -> Application:
        """The application under test."""
        return self._client.app

    @property
    def headers(self) -> dict[str, str]:
        """Sent with every request, unless it names its own."""
        return self._client.headers

    @property
    def cookies(self) -> CookieJar:
        """Sent with every request they fit, and filled from the answers."""
        return self._client.cookies

    @cookies.setter
    def cookies(self, cookies: Mapping[str, str]) -> None:
        self._client.cookies = CookieJar(cookies.items())

    def __enter__(self) -> Self:
        self.run(self._client.__aenter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self._client.__aexit__(kind, error, trace))

    def run(self, awaitable: Awaitable[T]) -> T:
        """Wait for something on the client's loop: ``client.run(Film.objects.count())``."""
        return self._runner.run(awaitable)

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> ClientResponse:
        """Send a request and return its whole answer, following redirects."""
        return self.run(self._client.request(method, url, **options))

    @contextmanager
    def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> Iterator[ClientResponse]:
        """Send a request and read its answer while the handler sends it.

        Leaving the block before the end is a client that hangs up. Redirects are not followed.
        """
        outgoing = self._client._build(method, url, options)
        exchange, response = self.run(self._client._open(outgoing, self.run))
        try:
            yield response
        finally:
            self.run(exchange.close())
        self._client._raise_late(exchange)

    @contextmanager
    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] = (), **options: Unpack[RequestOptions]
    ) -> Iterator[WebSocketTestSession]:
        """Open a WebSocket; leaving the block closes it and waits for the handler.

        Raises ``WebSocketDenialResponse`` where the application denies it.
        """
        from trimaran.testing.websocket import WebSocketTestSession

        session = self.run(self._client._converse(url, subprotocols, options))
        try:
            yield WebSocketTestSession(session, self.run)
        finally:
            self.run(session.finish())


@asynccontextmanager
async def _lifespan(app: Application, database: str | None) -> AsyncIterator[None]:
    async with database_for_test(app, database):
        await app.startup()
        try:
            yield
        finally:
            await app.shutdown()
