"""Blocking functions in threads: bounded, with context, with their exceptions."""

from __future__ import annotations

import asyncio
import os
import threading
from contextvars import ContextVar

import pytest

from trimaran.handlers.threads import MAX_THREADS, in_thread

variable: ContextVar[int] = ContextVar("variable", default=0)


def test_results_arguments_and_context_travel() -> None:
    """The function gets its arguments and a copy of the context; its changes stay there."""

    def work(a: int, *, b: int) -> int:
        seen = variable.get()
        variable.set(99)
        return a + b + seen

    async def main() -> tuple[int, int]:
        variable.set(100)
        return await in_thread(work, 1, b=2), variable.get()

    assert asyncio.run(main()) == (103, 100)


@pytest.mark.parametrize(
    ("error", "seen"), [(ValueError("x"), ValueError), (StopIteration(3), RuntimeError)]
)
def test_exceptions_come_back(error: Exception, seen: type[Exception]) -> None:
    """An exception is raised where the thread was awaited, a StopIteration as a RuntimeError."""

    def fail() -> None:
        raise error

    with pytest.raises(seen):
        asyncio.run(in_thread(fail))


def test_the_number_of_threads_is_bounded() -> None:
    """More calls than threads wait for one another; all are answered."""
    running: set[int] = set()
    most = 0
    lock = threading.Lock()
    all_busy = threading.Event()

    def work(n: int) -> int:
        nonlocal most
        with lock:
            running.add(threading.get_ident())
            most = max(most, len(running))
            if most >= MAX_THREADS:
                all_busy.set()
        all_busy.wait(5)
        return n

    async def main() -> list[int]:
        return await asyncio.gather(*(in_thread(work, n) for n in range(MAX_THREADS + 20)))

    assert asyncio.run(main()) == list(range(MAX_THREADS + 20))
    assert most == MAX_THREADS


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_process_has_a_pool_of_its_own() -> None:
    """A worker that was forked off does not wait for its parent's threads."""
    assert asyncio.run(in_thread(lambda: 1)) == 1
    child = os.fork()
    if child == 0:
        try:
            ok = asyncio.run(asyncio.wait_for(in_thread(lambda: 7), 5)) == 7
        except BaseException:  # noqa: BLE001  the child must not go on as a test run
            ok = False
        os._exit(0 if ok else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
