"""Several workers on one listening socket, and the process that keeps them alive."""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from trimaran._internal.worker_folder import VARIABLE
from trimaran.server.sockets import address_of, listen, remove_unix, tls_context

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from trimaran.server.config import ServerConfig

logger = logging.getLogger("trimaran.server")

STEADY = 5.0
"""Seconds that a worker has to live for its end not to count as a failed start."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
KILL_MARGIN = 5.0
PATROL = 0.5
"""Seconds between two looks at workers that are to end."""


class Worker:
    """One worker process, as its supervisor sees it."""

    def __init__(self, process: subprocess.Popen[bytes], *, ready: int, lifeline: int) -> None:
        self.process = process
        self.ready_pipe: int | None = ready
        self.started = time.monotonic()
        self._lifeline = lifeline
        self._was_ready = False

    @property
    def is_ready(self) -> bool:
        """Whether it has told that it accepts connections."""
        return self._was_ready

    def note_ready(self) -> bool:
        """Take the worker's sign that it accepts connections; whether there was one."""
        if self.ready_pipe is None:
            return False
        self._was_ready = bool(os.read(self.ready_pipe, 1))
        self._close_ready()
        return self._was_ready

    def forget(self) -> None:
        """Close this side of the pipes."""
        self._close_ready()
        os.close(self._lifeline)

    def _close_ready(self) -> None:
        if self.ready_pipe is not None:
            os.close(self.ready_pipe)
            self.ready_pipe = None


class Supervisor:
    """Starts ``config.workers`` processes of ``target`` and replaces those that die.

    The listening socket is opened here and inherited, so that connections which the kernel queued
    for a worker that dies are accepted by the others. A worker that dies young is replaced after a
    pause that doubles up to ten seconds. If no worker ever becomes ready, ``run`` gives up.

    SIGHUP loads the application anew: new workers start beside the old ones, which are told to end
    when all of the new ones accept connections. Where one of those cannot start, the old ones stay.

    target:   what ``load_application`` takes
    ready:    called with the address once the first worker accepts connections
    restarts: workers that were replaced so far
    """

    def __init__(
        self, target: str, config: ServerConfig, *, ready: Callable[[str], None] | None = None
    ) -> None:
        self._target = target
        self._config = config
        self._on_ready = ready
        self._workers: list[Worker] = []
        self._coming: list[Worker] = []
        self._leaving: list[tuple[Worker, float]] = []
        self._reloads = 0
        self._signals = 0
        self._folder = ""
        self._pause = 0.0
        self._resume_at = 0.0
        self._was_ready = False
        self._spawned = False
        self.restarts = 0

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT; return the exit status for the process.

        Raises ``ConfigurationError`` where the address or a certificate cannot be used.
        """
        tls_context(self._config)
        listener = listen(self._config)
        listener.listen(self._config.backlog)
        address = address_of(listener, self._config)
        self._folder = tempfile.mkdtemp(prefix="trimaran-")
        wake, woken = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        old_fd = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        old = {number: signal.signal(number, self._on_signal) for number in _signals()}
        try:
            return self._watch(listener, address, wake)
        finally:
            self._stop(listener, wake)
            signal.set_wakeup_fd(old_fd)
            for number, handler in old.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(woken)
            shutil.rmtree(self._folder, ignore_errors=True)
            remove_unix(self._config)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self._signals += 1
        elif number != signal.SIGCHLD:
            self._reloads += 1

    def _watch(self, listener: socket.socket, address: str, wake: int) -> int:
        while not self._signals:
            now = time.monotonic()
            if now >= self._resume_at:
                while len(self._workers) < self._config.workers:
                    self._workers.append(self._spawn(listener))
            missing = len(self._workers) < self._config.workers
            if self._reloads and not self._coming and not missing:
                self._begin_reload(listener)
            pause = self._resume_at - now if missing else None
            if self._leaving:
                pause = min(PATROL, PATROL if pause is None else pause)
            self._wait(wake, pause, address)
            self._go_on_with_reload()
            for worker in [item for item in self._workers if item.process.poll() is not None]:
                self._bury(worker)
                if not self._was_ready:
                    logger.error("No worker became ready; giving up")
                    return worker.process.returncode or 1
        return 0

    def _begin_reload(self, listener: socket.socket) -> None:
        self._reloads = 0
        logger.info("Loading the application anew in %d workers", self._config.workers)
        self._coming = [self._spawn(listener) for _ in range(self._config.workers)]

    def _go_on_with_reload(self) -> None:
        """Let the old workers go once all new ones are ready; else keep them."""
        failed = [worker for worker in self._coming if worker.process.poll() is not None]
        if failed:
            status = failed[0].process.returncode
            logger.error("A new worker ended with status %d; the old ones stay", status)
            for worker in self._coming:
                worker.process.terminate()
                self._leaving.append((worker, self._last_moment()))
            self._coming = []
        elif self._coming and all(worker.is_ready for worker in self._coming):
            for worker in self._workers:
                worker.process.send_signal(signal.SIGHUP)
                self._leaving.append((worker, self._last_moment()))
            self._workers, self._coming = self._coming, []
            logger.info("%d new workers serve; the old ones end", len(self._workers))
        for worker, until in [*self._leaving]:
            if worker.process.poll() is not None:
                self._leaving.remove((worker, until))
                worker.forget()
            elif time.monotonic() > until:
                worker.process.kill()

    def _last_moment(self) -> float:
        config = self._config
        return time.monotonic() + config.drain_grace + config.drain_timeout + KILL_MARGIN

    def _wait(self, wake: int, timeout: float | None, address: str) -> None:
        """Sleep until a signal, a worker's sign or the time-out."""
        starting = (*self._workers, *self._coming)
        pipes = {item.ready_pipe: item for item in starting if item.ready_pipe is not None}
        readable, _, _ = select.select([wake, *pipes], [], [], timeout)
        for pipe in readable:
            if pipe == wake:
                _drain_pipe(wake)
            elif pipes[pipe].note_ready() and not self._was_ready:
                self._was_ready = True
                logger.info("Serving on %s with %d workers", address, self._config.workers)
                if self._on_ready is not None:
                    self._on_ready(address)

    def _spawn(self, listener: socket.socket) -> Worker:
        ready, give_ready = os.pipe()
        hold, lifeline = os.pipe()
        config = json.dumps(replace(self._config, fd=listener.fileno()).as_dict())
        environment = {**os.environ, VARIABLE: self._folder}
        process = subprocess.Popen(  # noqa: S603  our own interpreter, our own arguments
            [
                *(sys.executable, "-m", "trimaran.server.worker"),
                *(self._target, config, str(give_ready), str(hold)),
                # One of them tells what all would see: migrations that are pending.
                "quiet" if self._spawned else "first",
            ],
            pass_fds=(listener.fileno(), give_ready, hold),
            env=environment,
            process_group=0,  # Ctrl-C reaches the supervisor alone, which tells its workers once
        )
        self._spawned = True
        os.close(give_ready)
        os.close(hold)
        return Worker(process, ready=ready, lifeline=lifeline)

    def _bury(self, worker: Worker) -> None:
        self._workers.remove(worker)
        if worker.ready_pipe is not None and _is_readable(worker.ready_pipe):
            self._was_ready = worker.note_ready() or self._was_ready
        worker.forget()
        self.restarts += 1
        now = time.monotonic()
        if now - worker.started >= STEADY:
            self._pause = 0.0
        else:
            self._pause = min(max(FIRST_PAUSE, self._pause * 2), LONGEST_PAUSE)
        self._resume_at = now + self._pause
        process = worker.process
        what = "Worker %d ended with status %d; replacing it in %.1f s"
        logger.warning(what, process.pid, process.returncode, self._pause)

    def _stop(self, listener: socket.socket, wake: int) -> None:
        """Let the workers drain; a second signal or the time limit kills them."""
        listener.close()
        workers = [*self._workers, *self._coming, *(worker for worker, _ in self._leaving)]
        for worker in workers:
            worker.process.terminate()
        end = self._last_moment()
        while any(worker.process.poll() is None for worker in workers):
            left = end - time.monotonic()
            if left <= 0 or self._signals > 1:
                for worker in workers:
                    worker.process.kill()
                break
            select.select([wake], [], [], left)
            _drain_pipe(wake)
        for worker in workers:
            worker.process.wait()
            worker.forget()


def _signals() -> list[signal.Signals]:
    """Return what the supervisor listens to; what is ignored, as under nohup, stays so."""
    numbers = [signal.SIGTERM, signal.SIGINT, signal.SIGCHLD]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    return numbers


def _is_readable(pipe: int) -> bool:
    return bool(select.select([pipe], [], [], 0)[0])


def _drain_pipe(pipe: int) -> None:
    try:
        os.read(pipe, 4096)
    except BlockingIOError:
        return
