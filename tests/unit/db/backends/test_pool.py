"""The pool, with connections that are no connections."""

import asyncio

import pytest

from trimaran.db.backends.pool import Pool, PooledConnection, ServerBusyError
from trimaran.errors import DatabaseUnavailableError


class Fake(PooledConnection):
    """A connection whose state a test sets."""

    made = 0
    fails_whole = True

    def __init__(self) -> None:
        super().__init__(asyncio.get_running_loop().time())
        self.condition = "clean"
        self.ended = False

    def state(self) -> str:
        return self.condition

    async def mend(self) -> None:
        await asyncio.sleep(0)
        if self.condition == "dirty":
            self.condition = "clean"

    async def close(self) -> None:
        self.ended = True

    def terminate(self) -> None:
        self.ended = True

    async def run(self, verb, sql, argument): ...
    async def begin(self): ...
    async def commit(self): ...
    async def rollback(self): ...
    async def control(self, sql): ...


def _pool(opener=None, **changes):
    async def make():
        await asyncio.sleep(0)
        return Fake()

    options = {
        "min_size": 0,
        "max_size": 2,
        "max_waiting": 100,
        "timeout": 0.1,
        "max_idle": 60,
        "max_lifetime": 600,
        "hang_after": 0,
    } | changes
    return Pool(opener or make, **options)


def _run(body):
    async def main():
        async with asyncio.timeout(10):
            return await body()

    return asyncio.run(main())


def test_the_last_given_back_is_the_first_taken():
    """So that the others grow old and can be closed."""

    async def body():
        pool = _pool()
        one, two = await pool.take(), await pool.take()
        pool.give_back(one)
        pool.give_back(two)
        assert await pool.take() is two
        pool.give_back(two)
        await pool.close()
        assert one.ended
        assert two.ended

    _run(body)


def test_it_never_opens_more_than_its_most():
    """However many ask at once."""

    async def body():
        pool = _pool(max_size=3)
        seen = set()

        async def use():
            connection = await pool.take()
            seen.add(connection)
            await asyncio.sleep(0)
            pool.give_back(connection)

        await asyncio.gather(*(use() for _ in range(50)))
        assert len(seen) <= 3
        await pool.close()

    _run(body)


def test_a_waiter_cancelled_when_it_was_served_passes_it_on():
    """The connection is not lost between the two."""

    async def body():
        pool = _pool(max_size=1)
        connection = await pool.take()
        task = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        pool.give_back(connection)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await pool.take() is connection
        pool.give_back(connection)
        await pool.close()

    _run(body)


def test_a_dirty_connection_is_mended_before_it_is_lent():
    """Who waits gets it clean."""

    async def body():
        pool = _pool(max_size=1)
        connection = await pool.take()
        task = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        connection.condition = "dirty"
        pool.give_back(connection)
        assert await task is connection
        assert connection.condition == "clean"
        pool.give_back(connection)
        await pool.close()

    _run(body)


def test_a_dead_connection_is_replaced_for_who_waits():
    """And the idle ones are asked whether they live."""

    async def body():
        pool = _pool(max_size=2)
        dead, idle = await pool.take(), await pool.take()
        pool.give_back(idle)
        idle.condition = dead.condition = "dead"
        pool.give_back(dead)
        fresh = await pool.take()
        assert fresh not in {dead, idle}
        assert dead.ended
        assert idle.ended
        assert pool.lost == 2
        pool.give_back(fresh)
        await pool.close()

    _run(body)


def test_a_server_that_refuses_is_told_to_all_who_wait():
    """At once, and the next one asks it again."""

    async def body():
        calls = []

        async def refuse():
            calls.append(1)
            await asyncio.sleep(0)
            raise DatabaseUnavailableError("TRI-DB-010", "refused")

        pool = _pool(refuse)
        results = await asyncio.gather(*(pool.take() for _ in range(10)), return_exceptions=True)
        assert {result.id for result in results} == {"TRI-DB-010"}
        assert len(calls) <= 4
        assert pool.size == 0
        await pool.close()

    _run(body)


def test_a_busy_server_is_asked_again_until_the_time_is_up(monkeypatch):
    """The error of the wait names the last refusal."""
    monkeypatch.setattr("trimaran.db.backends.pool._RETRY_SECONDS", 0.01)

    async def body():
        calls = []

        async def busy():
            calls.append(1)
            raise ServerBusyError("TRI-DB-010", "the database system is starting up")

        pool = _pool(busy)
        with pytest.raises(DatabaseUnavailableError, match=r"TRI-DB-011 .*is starting up"):
            await pool.take()
        assert len(calls) > 3
        await pool.close()

    _run(body)


def test_a_retired_connection_is_closed_when_it_comes_back():
    """max_lifetime does not break a statement off."""

    async def body():
        pool = _pool(max_size=1)
        old = await pool.take()
        old.retired = True
        pool.give_back(old)
        fresh = await pool.take()
        assert fresh is not old
        assert old.ended
        pool.give_back(fresh)
        await pool.close()

    _run(body)


def test_what_has_stopped_to_answer_is_cut_off(monkeypatch, caplog):
    """A statement far beyond the server's own time limit."""
    monkeypatch.setattr("trimaran.db.backends.pool._TICK_SECONDS", 0.01)

    async def body():
        pool = _pool(hang_after=0.02)
        connection = await pool.take()
        connection.sql = "SELECT 1"
        connection.since = pool.now()
        await asyncio.sleep(0.1)
        assert connection.ended
        connection.condition = "dead"
        pool.give_back(connection)
        await pool.close()

    _run(body)
    assert "a statement got no answer: SELECT 1" in caplog.text


def test_a_closed_pool_lends_no_more():
    """Who was waiting is served first."""

    async def body():
        pool = _pool(max_size=1, timeout=5)
        connection = await pool.take()
        waiting = asyncio.create_task(pool.take())
        await asyncio.sleep(0)
        closing = asyncio.create_task(pool.close())
        await asyncio.sleep(0)
        with pytest.raises(DatabaseUnavailableError, match="TRI-DB-015"):
            await pool.take()
        pool.give_back(connection)
        pool.give_back(await waiting)
        await closing
        assert connection.ended

    _run(body)
