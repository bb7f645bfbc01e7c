"""Work on files in threads of its own."""

import asyncio
import os
import threading

import pytest

from trimaran._internal.disk import MAX_THREADS, off_loop


def test_it_runs_in_a_thread_and_returns() -> None:
    """With its arguments."""

    def work(a: int, b: int) -> tuple[int, bool]:
        return a + b, threading.current_thread().name.startswith("trimaran-disk")

    assert asyncio.run(off_loop(work, 1, 2)) == (3, True)


def test_what_it_raises_is_raised() -> None:
    """Where it is awaited."""
    with pytest.raises(FileNotFoundError):
        asyncio.run(off_loop(os.stat, "/nowhere/at/all"))


def test_no_more_threads_than_the_limit() -> None:
    """More work than that waits."""
    running, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    async def go() -> None:
        await asyncio.gather(*(off_loop(work) for _ in range(4 * MAX_THREADS)))

    asyncio.run(go())
    assert most <= MAX_THREADS


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_has_its_own() -> None:
    """The parent's threads are not there."""
    asyncio.run(off_loop(os.getpid))
    child = os.fork()
    if child == 0:
        os._exit(7 if asyncio.run(off_loop(os.getpid)) == os.getpid() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
