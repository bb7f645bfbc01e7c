"""What is asked of the operating system: cores, ports, CPU time and memory of a process tree."""

from __future__ import annotations

import os
import platform
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = [
    "Cores",
    "cores",
    "cpu_seconds",
    "describe",
    "free_port",
    "on_core",
    "pss_mb",
    "still_run",
    "tree",
]


@dataclass(frozen=True, slots=True)
class Cores:
    """Where the server runs and where the load runs."""

    server: int
    load: int

    @property
    def shared(self) -> bool:
        """Whether there is only one core for both."""
        return self.server == self.load


def cores() -> Cores:
    """Choose the first and the last core that this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[-1])


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Pin this thread to a core, so that a process started inside is born there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants; empty once it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def still_run(family: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return those that have not ended; a zombie that nobody has reaped has ended."""
    found = []
    for process in family:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def cpu_seconds(pid: int) -> float:
    """Return user plus system time of a process tree, children that ended included."""
    total = 0.0
    for process in tree(pid):
        with suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process tree in MB of 1,048,576 bytes."""
    kilobytes = 0
    for process in tree(pid):
        with suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


def describe() -> str:
    """Return one line on the machine: processor, cores, kernel, Python."""
    model = ""
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if "model name" in line), "")
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores, "
        f"Linux {platform.release()}, Python {platform.python_version()}"
    )
