"""Reload in development: a parent holds the socket, a child serves."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.server.sockets import listen, remove_unix, tls_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

    from trimaran.server.config import ServerConfig

SUFFIXES = (".py", ".toml", ".env", ".html", ".jinja", ".jinja2", ".j2")
PATIENCE = 5.0
"""Seconds that a child may take to end before it is killed."""

POLL = 500
"""Milliseconds between two looks at whether the child still lives."""


class Reloader:
    """Runs a child process that serves, and starts a new one when a file changes.

    The listening socket belongs to the parent: while no child serves, connections wait in the
    kernel instead of being refused, so a page that is loaded during a restart arrives late but
    arrives. A child that ends by itself is reported and started again at the next change.

    command: makes the child's command line from the socket's and the lifeline's descriptors, and
             whether it is the first one; the lifeline's end of file means that the parent died
    tell:    is given one line about each restart
    """

    def __init__(
        self,
        command: Callable[[int, int, bool], Sequence[str]],
        config: ServerConfig,
        *,
        folders: Iterable[Path],
        tell: Callable[[str], None],
    ) -> None:
        self._command = command
        self._config = config
        self._folders = list(folders)
        self._tell = tell
        self._stop = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit status for the process.

        Raises ``ConfigurationError`` where the address or a certificate cannot be used.
        """
        tls_context(self._config)
        listener = listen(self._config)
        listener.listen(self._config.backlog)
        old = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            self._start(listener.fileno(), first=True)
            for changed in self._changes():
                if not changed:
                    self._look()
                    continue
                self._tell(f"Changed: {_listed(changed)}. Restarting.")
                self._end(signal.SIGHUP)
                self._start(listener.fileno(), first=False)
        finally:
            self._end()
            listener.close()
            remove_unix(self._config)
            for number, handler in old.items():
                signal.signal(number, handler)
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _changes(self) -> Iterator[list[str]]:
        """Yield the files that changed, nothing every half second."""
        from watchfiles import DefaultFilter, watch

        class Sources(DefaultFilter):
            def __call__(self, change: object, path: str) -> bool:
                return path.endswith(SUFFIXES) and super().__call__(change, path)  # type: ignore[arg-type]  # watchfiles' Change

        watching = watch(
            *self._folders,
            watch_filter=Sources(),
            stop_event=self._stop,
            debounce=400,
            rust_timeout=POLL,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for changes in watching:
            yield sorted({path for _, path in changes})

    def _start(self, listener: int, *, first: bool) -> None:
        hold, self._lifeline = os.pipe()
        command = self._command(listener, hold, first)
        # The child shares the terminal, so that breakpoint() works in it; Ctrl-C reaches both.
        self._child = subprocess.Popen(command, pass_fds=(listener, hold))  # noqa: S603  our own command
        os.close(hold)

    def _look(self) -> None:
        child = self._child
        if child is not None and child.poll() is not None:
            self._forget()
            self._tell(f"The server ended with status {child.returncode}. Waiting for a change.")

    def _end(self, number: signal.Signals = signal.SIGTERM) -> None:
        child = self._child
        if child is None:
            return
        if child.poll() is None:
            child.send_signal(number)
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._forget()

    def _forget(self) -> None:
        self._child = None
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None


def _listed(paths: Sequence[str]) -> str:
    here = Path.cwd()
    names = [
        str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
        for path in map(Path, paths[:3])
    ]
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"{', '.join(names)}{more}"
