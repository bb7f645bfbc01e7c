"""Stores of rates: one behaviour, in one process's memory and in a file that several share."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trimaran import App, ConfigurationError, WebSocket
from trimaran.middleware import (
    Allowance,
    MemoryStore,
    RateLimitMiddleware,
    RateLimitStore,
    SharedStore,
    by_header,
)
from trimaran.testing import TestClient
from trimaran.testing.websocket import WebSocketDenialResponse


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


Make = Callable[..., RateLimitStore]


@pytest.fixture(params=["memory", "shared"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Make a store of either kind."""
    if request.param == "memory":
        return MemoryStore
    return lambda *args, **options: SharedStore(tmp_path / "rates", *args, **options)


def take(store: RateLimitStore, key: str, limit: int = 2, per: float = 10.0) -> Allowance:
    """Take one request out."""
    return asyncio.run(store.take(key, limit, per))


def test_a_bucket_empties_and_fills_evenly(make: Make) -> None:
    """Two at once, then one every five seconds."""
    clock = Clock()
    store = make(clock=clock)
    assert [take(store, "a") for _ in range(3)] == [(1, 5.0), (0, 10.0), (-1, 5.0)]
    clock.now += 5
    assert [take(store, "a").remaining for _ in range(2)] == [0, -1]
    clock.now += 1000
    assert take(store, "a") == (1, 5.0)


def test_clients_have_buckets_of_their_own(make: Make) -> None:
    """Whatever their keys look like."""
    store = make()
    keys = ["", "a", "ä\udcff", "x" * 30_000, "x" * 30_001, "\0"]
    assert [take(store, key, 1).remaining for key in keys] == [0] * len(keys)
    assert [take(store, key, 1).remaining for key in keys] == [-1] * len(keys)


def test_hostile_keys_take_no_more_room(make: Make, tmp_path: Path) -> None:
    """Beyond ``max_keys`` those that owe least are forgotten; one that owes much is kept."""
    clock = Clock()
    store = make(8, clock=clock)
    assert [take(store, "debtor", 5).remaining for _ in range(6)] == [4, 3, 2, 1, 0, -1]
    for index in range(6):
        clock.now += 0.01
        take(store, f"other {index}", 5)
    assert take(store, "debtor", 5).remaining == -1
    if isinstance(store, SharedStore):
        for index in range(1000):
            take(store, f"more {index}", 5)
        assert take(store, "debtor", 5).remaining == -1
        assert (tmp_path / "rates").stat().st_size == 64 + 8 * 16


def test_a_long_key_is_not_kept() -> None:
    """Its digest stands for it: 10,000 keys of 30 KB would be 300 MB."""
    store = MemoryStore()
    take(store, "k" * 30_000)
    assert [len(key) for key in store._full_at] == [32]


def test_what_another_clock_wrote_is_bounded(tmp_path: Path) -> None:
    """After a restart of the machine nobody is refused for years."""
    clock = Clock()
    clock.now = 1e9
    store = SharedStore(tmp_path / "rates", clock=clock)
    for _ in range(3):
        take(store, "a")
    store.close()
    clock.now = 5.0
    store = SharedStore(tmp_path / "rates", clock=clock)
    assert [take(store, "a").remaining for _ in range(3)] == [1, 0, -1]


def test_a_file_that_is_no_table_is_made_anew(tmp_path: Path) -> None:
    """Half a header, or something else."""
    path = tmp_path / "rates"
    for rubbish in (b"", b"trirate1", b"x" * 5000):
        path.write_bytes(rubbish)
        store = SharedStore(path, 100)
        assert take(store, "a").remaining == 1
        store.close()


WORKER = """
import asyncio, sys
from trimaran.middleware import SharedStore
store = SharedStore(sys.argv[1])
async def main():
    taken = [await store.take("one", 3000, 1e6) for _ in range(1000)]
    print(sum(one.remaining >= 0 for one in taken))
sys.stdin.readline()
asyncio.run(main())
"""


def test_processes_count_together(tmp_path: Path) -> None:
    """Of four that take 1,000 each at once, exactly 3,000 are let through; a killed one lets go."""
    arguments = [sys.executable, "-c", WORKER, str(tmp_path / "rates")]
    options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(arguments, **options) for _ in range(4)]
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = [int(process.communicate(timeout=60)[0]) for process in running]
    # A set that another process holds for long is changed without it: a few may be lost.
    assert 3000 <= sum(counts) <= 3030


def test_keys_by_header_and_none(make: Make) -> None:
    """Clients by an API key, else by address; None is not counted."""
    app = App()
    app.use(RateLimitMiddleware(1, key=by_header("x-api-key"), store=make()))

    @app.get("/")
    async def show() -> str:
        return "x"

    client = TestClient(app)
    order = ["a", "b", "a", None, None]
    given = [{} if key is None else {"x-api-key": key} for key in order]
    statuses = [client.get("/", headers=headers).status_code for headers in given]
    assert statuses == [200, 200, 429, 200, 429]
    free = App()
    free.use(RateLimitMiddleware(1, key=lambda request: None))
    assert [TestClient(free).get("/").status_code for _ in range(2)] == [404, 404]


def test_limits_of_several_places_are_told_together() -> None:
    """Each under its name, as the draft has it."""
    app = App()
    app.use(RateLimitMiddleware(100, per=3600, name="hour"))
    second = RateLimitMiddleware(2, per=1, name="burst")

    @app.get("/", middleware=[second])
    async def show() -> str:
        return "x"

    headers = TestClient(app).get("/").headers
    assert headers.getlist("ratelimit-policy") == ['"burst";q=2;w=1', '"hour";q=100;w=3600']
    assert headers.getlist("ratelimit") == ['"burst";r=1;t=1', '"hour";r=99;t=36']
    with pytest.raises(ConfigurationError, match="cannot stand in a header"):
        RateLimitMiddleware(1, name='a"b')


def test_handshakes_are_counted() -> None:
    """A WebSocket too many is denied with 429."""
    app = App()
    app.use(RateLimitMiddleware(1))

    @app.websocket("/live")
    async def live(ws: WebSocket) -> None:
        await ws.accept()

    client = TestClient(app)
    with client.websocket_connect("/live"):
        pass
    with pytest.raises(WebSocketDenialResponse) as denial:
        client.websocket_connect("/live").__enter__()
    assert (denial.value.status_code, denial.value.response.headers["retry-after"]) == (429, "60")
