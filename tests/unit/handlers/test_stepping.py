"""Routes that cannot suspend answer at once; the others become coroutines."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from typing import Annotated, Any

import pytest

from trimaran.di import Depends, may_suspend
from trimaran.handlers import Router
from trimaran.handlers.stepping import step


async def quick() -> str:
    return "quick"


async def slow() -> str:
    await asyncio.sleep(0)
    return "slow"


@pytest.mark.parametrize("depends", [quick, slow])
def test_only_what_may_wait_becomes_a_coroutine(ask: Any, depends: Any) -> None:
    """A route answers at once where neither it nor its dependencies hold an ``await``."""
    router = Router()

    @router.get("/")
    async def show(value: Annotated[str, Depends(depends)]) -> str:
        return value

    answer = ask(router, "GET", "/")
    assert answer.json == depends.__name__
    assert answer.at_once is (depends is quick)


def test_awaiting_is_told_from_bytecode() -> None:
    """``await``, ``async for`` and ``async with`` suspend; inner functions do not count."""

    async def loops(items: Any) -> None:
        async for _ in items:
            pass

    async def enters(thing: Any) -> None:
        async with thing:
            pass

    async def defines() -> Any:
        async def inner() -> None:
            await asyncio.sleep(0)

        return inner

    assert [may_suspend(f) for f in (slow, loops, enters, quick, defines)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_exceptions_come_out_of_a_step() -> None:
    """What the coroutine raises is raised by ``step``, which works on afterwards."""

    async def fails() -> None:
        raise KeyError("x")

    for _ in range(3):
        with pytest.raises(KeyError, match="x"):
            step(fails())
        assert step(quick()) == "quick"


def test_steps_nest() -> None:
    """A coroutine that steps another one, on the same stack, gets its result."""

    async def outer() -> str:
        return "outer " + step(quick())

    assert step(outer()) == "outer quick"


def test_steps_run_in_several_threads() -> None:
    """Threads that step at the same time do not disturb one another."""
    results: list[int] = []
    barrier = threading.Barrier(4)

    async def work(n: int) -> int:
        return sum(range(n))

    def run() -> None:
        barrier.wait()
        results.extend(step(work(500)) for _ in range(300))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [sum(range(500))] * 1200


def test_a_step_keeps_nothing_alive() -> None:
    """Neither a result nor an exception outlives the step that made it."""

    class Thing:
        pass

    async def make(thing: Thing) -> Thing:
        return thing

    async def fail(thing: Thing) -> None:
        raise ValueError(thing)

    kept = weakref.ref(result := step(make(Thing())))
    del result
    assert kept() is None
    thing = Thing()
    kept = weakref.ref(thing)
    with pytest.raises(ValueError, match="Thing"):
        step(fail(thing))
    del thing
    gc.collect()
    assert kept() is None
