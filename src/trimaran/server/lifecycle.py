"""The life of one server process: start, serve, drain, stop."""

from __future__ import annotations

import asyncio
import gc
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trimaran.server.engine.connection import HttpConnection
from trimaran.server.engine.shared import RESTARTING, Shared, logger
from trimaran.server.engine.wire import Wire
from trimaran.server.sockets import address_of, listen, remove_unix, tls_context

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterator
    from typing import Any

    from trimaran.server.application import Application
    from trimaran.server.config import ServerConfig
    from trimaran.server.stats import ServerStats


class Server:
    """The engine, listening: ``await start()``, then ``await stop()``, in a loop.

    ``serve`` does this for a whole process; tests and programs with a loop of their own use it
    directly.
    """

    def __init__(self, app: Application, config: ServerConfig) -> None:
        self._app = app
        self._config = config
        self._shared: Shared | None = None
        self._listener: asyncio.Server | None = None
        self._socket: socket.socket | None = None
        self._tls: ssl.SSLContext | None = None
        self._forced = asyncio.Event()
        self.address = ""

    @property
    def stats(self) -> ServerStats:
        """The counters, once the server has started."""
        return self._running.stats

    @property
    def _running(self) -> Shared:
        if self._shared is None:
            message = "the server has not been started"
            raise RuntimeError(message)
        return self._shared

    async def start(self) -> None:
        """Bind the address, start the application, accept connections.

        Raises ``ConfigurationError`` where the address or a certificate cannot be used, and
        whatever the application raises when it starts.
        """
        loop = asyncio.get_running_loop()
        config = self._config
        self._tls = tls_context(config)
        self._socket = listen(config)
        self._shared = Shared(
            self._app, limits=config.limits, loop=loop, access_log=config.access_log
        )
        try:
            await self._app.startup()
            self._listener = await self._listen(self._socket)
        except BaseException:
            self._socket.close()
            remove_unix(config)
            raise
        self.address = address_of(self._socket, config)

    async def _listen(self, sock: socket.socket) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        limits = self._config.limits
        options: dict[str, Any] = {"sock": sock.dup(), "backlog": self._config.backlog}
        if self._tls is not None:
            options.update(ssl=self._tls, ssl_handshake_timeout=limits.tls_handshake)
        if isinstance(sock.getsockname(), tuple):
            return await loop.create_server(self._protocol, **options)
        return await loop.create_unix_server(self._protocol, **options)

    def _protocol(self) -> HttpConnection:
        return HttpConnection(self._running)

    def make_way(self) -> None:
        """Let ``stop`` tell WebSockets that another server takes over."""
        if self._shared is not None:
            self._shared.away_code = RESTARTING

    def force(self) -> None:
        """Let a ``stop`` under way end at once."""
        self._forced.set()

    async def stop(self) -> None:
        """Answer what was accepted, then close everything and stop the application.

        Connections that the kernel has queued are taken in first. Answers in flight get
        ``drain_timeout`` seconds; an idle connection may still send one request within
        ``drain_grace`` seconds, and is told that it is the last.
        """
        shared = self._running
        await self._stop_listening()
        shared.draining = True
        for connection in self._connections():
            connection.end_soon()
        try:
            await self._drain(shared)
        finally:
            shared.clock.stop()
            await self._app.shutdown()
            remove_unix(self._config)

    def _connections(self) -> list[Wire]:
        return [item for item in self._running.clock.watched if isinstance(item, Wire)]

    async def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
        if self._socket is None:
            return
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = self._socket.accept()
            except OSError:
                break
            accepted.setblocking(False)
            await loop.connect_accepted_socket(self._protocol, accepted, ssl=self._tls)
        self._socket.close()

    async def _drain(self, shared: Shared) -> None:
        """Wait for connections and tasks, each for as long as the configuration allows."""
        config = self._config
        if not await self._settled(shared, config.drain_grace):
            for connection in self._connections():
                connection.end_if_idle()
            await self._settled(shared, config.drain_timeout)
        left = [*shared.tasks]
        if left or shared.clock.watched:
            count = len(left)
            logger.warning("Stopping with %d request(s) unfinished after the time limit", count)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1)
        for connection in self._connections():
            connection.transport.abort()
        await asyncio.sleep(0)

    async def _settled(self, shared: Shared, limit: float) -> bool:
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        while shared.clock.watched or shared.tasks:
            if self._forced.is_set() or loop.time() >= end:
                return False
            await asyncio.sleep(0.01)
        return True


async def _serve_until_signal(
    server: Server,
    stop: asyncio.Event,
    ready: Callable[[Server], None] | None,
    *,
    config: ServerConfig,
) -> None:
    await server.start()
    logger.info("Serving on %s", server.address)
    if config.tune_gc:
        gc.collect()
        gc.freeze()
    if ready is not None:
        ready(server)
    with _guarded(server, config):
        await stop.wait()
    logger.info("Stopping: answering what is in flight")
    await server.stop()


@contextmanager
def _guarded(server: Server, config: ServerConfig) -> Iterator[None]:
    """Watch the event loop until the block ends, unless that is switched off."""
    if config.guard_threshold <= 0:
        yield
        return
    from trimaran.offload import LoopGuard

    guard = LoopGuard(threshold=config.guard_threshold, loud=config.guard_loud)
    server.stats.lag = guard.lag
    guard.start()
    try:
        yield
    finally:
        guard.stop()


def serve(
    app: Application,
    config: ServerConfig,
    *,
    ready: Callable[[Server], None] | None = None,
    lifeline: int | None = None,
) -> None:
    """Serve an application in this process until SIGTERM or SIGINT, forced by two.

    SIGHUP stops it as well, and says that another process takes its place.

    ready:    called once connections are accepted
    lifeline: a pipe's reading end; its end of file means the same as SIGTERM
    """

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = Server(app, config)
        stop = asyncio.Event()

        def on_signal() -> None:
            if stop.is_set():
                server.force()
            stop.set()

        def on_lifeline(pipe: int) -> None:
            loop.remove_reader(pipe)
            stop.set()

        def on_restart() -> None:
            server.make_way()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
            loop.add_signal_handler(signal.SIGHUP, on_restart)
        if lifeline is not None:
            loop.add_reader(lifeline, on_lifeline, lifeline)
        await _serve_until_signal(server, stop, ready, config=config)

    run(main())


def run(main: Any) -> None:
    """Run a coroutine on uvloop, or on asyncio's own loop where there is no uvloop."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        asyncio.run(main)
        return
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)
