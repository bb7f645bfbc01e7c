"""``AsyncClient`` inside a running loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from trimaran.errors import TrimaranError
from trimaran.http.request import Request
from trimaran.testing import AsyncClient, TestClient


def test_requests_run_side_by_side(small: Any) -> None:
    """Several requests of one client are under way at once, in the test's own loop."""
    both = asyncio.Barrier(2)

    @small.at("/meet")
    async def meet(request: Request) -> bytes:
        await both.wait()
        return b"{}"

    async def test() -> list[int]:
        async with AsyncClient(small) as client:
            answers = await asyncio.gather(client.get("/meet"), client.get("/meet"))
            return [answer.status_code for answer in answers]

    assert asyncio.run(test()) == [200, 200]
    assert small.events == ["startup", "shutdown"]


def test_a_stream_is_read_asynchronously(small: Any) -> None:
    """``stream`` gives lines as they come, and reading it like a TestClient's is explained."""

    async def test() -> list[str]:
        client = AsyncClient(small)
        async with client.stream("GET", "/stream") as answer:
            with pytest.raises(TrimaranError, match=r"Use aread\(\) or the aiter_ methods"):
                answer.read()
            return [line async for line in answer.aiter_lines()]

    assert asyncio.run(test()) == ["line 0", "line 1", "line 2"]


def test_a_handlers_context_does_not_leak(small: Any) -> None:
    """A context variable that a handler sets is not seen by the test or the next request."""
    user: contextvars.ContextVar[str] = contextvars.ContextVar("user", default="nobody")

    @small.at("/who")
    async def who(request: Request) -> bytes:
        seen = user.get()
        user.set("ann")
        return f'"{seen}"'.encode()

    async def test() -> tuple[str, str, str]:
        client = AsyncClient(small)
        first, second = await client.get("/who"), await client.get("/who")
        return first.json(), second.json(), user.get()

    assert asyncio.run(test()) == ("nobody", "nobody", "nobody")


def test_a_cancelled_request_leaves_nothing_behind(small: Any) -> None:
    """A time-out around a request ends the handler too."""

    async def test() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await AsyncClient(small).get("/waits")
        return len(asyncio.all_tasks())

    assert asyncio.run(test()) == 1


def test_the_lifespan_stays_in_one_task(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What start-up enters is left by the same task, as task groups demand."""
    tasks: list[asyncio.Task[None] | None] = []

    @asynccontextmanager
    async def group() -> AsyncIterator[None]:
        tasks.append(asyncio.current_task())
        yield
        tasks.append(asyncio.current_task())

    held = group()
    monkeypatch.setattr(small, "startup", held.__aenter__)
    monkeypatch.setattr(small, "shutdown", lambda: held.__aexit__(None, None, None))
    with TestClient(small) as client:
        client.get("/late")
    assert tasks[0] is tasks[1]


def test_the_synchronous_client_refuses_a_running_loop(small: Any) -> None:
    """``TestClient`` in ``async def`` code says what to use instead."""

    async def test() -> None:
        TestClient(small).get("/late")

    with pytest.raises(TrimaranError, match=r"TRI-TEST-001 .* In 'async def' code use AsyncClient"):
        asyncio.run(test())


def test_a_loop_that_runs_beneath_a_test_is_no_hindrance(small: Any) -> None:
    """Outside every task, as under Playwright's synchronous interface, the client works."""

    async def idle() -> None:
        await asyncio.sleep(0.3)

    answers: list[int] = []
    with asyncio.Runner() as runner:
        client = TestClient(small)
        runner.get_loop().call_soon(lambda: answers.append(client.get("/late").status_code))
        runner.run(idle())
    assert answers == [200]
