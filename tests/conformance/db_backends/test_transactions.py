"""Transactions, savepoints and hooks."""

import asyncio
import logging

import pytest

from trimaran.db.backends.base import Database
from trimaran.errors import DataError, TransactionError


class BoomError(Exception):
    pass


def test_leaving_commits(case):
    """What was written stays, and is seen inside before."""

    async def body(db: Database) -> list[str]:
        async with db.atomic():
            assert db.in_transaction()
            await case.insert(db, 3, "Cid")
            assert await case.names(db) == ["Ann", "Bob", "Cid"]
        assert not db.in_transaction()
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Cid"]


def test_an_exception_rolls_back(case):
    """The exception passes through."""

    async def body(db: Database) -> list[str]:
        with pytest.raises(BoomError):
            async with db.atomic():
                await db.execute("DELETE FROM author")
                raise BoomError
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_nested_block_is_a_savepoint(case):
    """The inner block is undone alone, as often as one likes."""

    async def body(db: Database) -> list[str]:
        async with db.atomic():
            await case.insert(db, 3, "Cid")
            for _ in range(3):
                with pytest.raises(BoomError):
                    async with db.atomic():
                        await case.insert(db, 4, "Dan")
                        async with db.atomic():
                            await case.insert(db, 5, "Eve")
                        raise BoomError
            async with db.atomic():
                await case.insert(db, 6, "Fay")
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Cid", "Fay"]


def test_an_error_caught_outside_a_savepoint_spoils_nothing(case):
    """The outer transaction goes on and commits."""

    async def body(db: Database) -> list[str]:
        async with db.atomic():
            with pytest.raises(DataError, match="TRI-DB-020"):
                async with db.atomic():
                    await case.insert(db, 3, "Ann")
            await case.insert(db, 3, "Cid")
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Cid"]


def test_durable_refuses_to_be_a_savepoint(case):
    """The error names the line; the outer transaction is undone by it."""

    async def body(db: Database) -> None:
        async with db.atomic(durable=True):
            await case.insert(db, 3, "Cid")
        with pytest.raises(TransactionError, match=r"TRI-DB-040 .*test_transactions\.py:\d+"):
            async with db.atomic(), db.atomic(durable=True):
                pass

    case.run(body)


def test_others_see_nothing_before_the_commit(case):
    """Another task reads the old rows, or waits until it can read the new ones."""

    async def body(db: Database) -> None:
        inside, go = asyncio.Event(), asyncio.Event()

        async def writer() -> None:
            async with db.atomic():
                await db.execute("DELETE FROM author")
                inside.set()
                await go.wait()
                raise BoomError

        task = asyncio.create_task(writer())
        await inside.wait()
        reader = asyncio.create_task(case.names(db))
        await asyncio.sleep(0.05)
        go.set()
        with pytest.raises(BoomError):
            await task
        assert await reader == ["Ann", "Bob"]

    case.run(body)


def test_a_child_task_cannot_use_its_parents_transaction(case):
    """It is refused with the line where the transaction began and the ways out."""

    async def body(db: Database) -> None:
        async with db.atomic():
            with pytest.raises(TransactionError, match=r"TRI-DB-041 .*:\d+") as caught:
                await asyncio.create_task(case.names(db))
            with pytest.raises(TransactionError, match="TRI-DB-041"):
                await asyncio.gather(case.insert(db, 3, "Cid"))
            assert await case.names(db) == ["Ann", "Bob"]
        assert "independent()" in str(caught.value)

    case.run(body)


def test_a_child_task_may_work_independently(case):
    """It has a connection of its own and sees nothing of the transaction."""
    if case.url == "sqlite://":
        pytest.skip("a database in memory has one connection only")

    async def body(db: Database) -> None:
        async def child() -> list[str]:
            with db.independent():
                return await case.names(db)

        async with db.atomic():
            await case.insert(db, 3, "Cid")
            assert await asyncio.create_task(child()) == ["Ann", "Bob"]
            with pytest.raises(TransactionError, match="TRI-DB-047"), db.independent():
                pass

    case.run(body)


def test_a_task_that_outlives_the_transaction_is_free(case):
    """A background task started inside works by itself once the transaction has ended."""

    async def body(db: Database) -> None:
        ended = asyncio.Event()

        async def child() -> list[str]:
            await ended.wait()
            assert not db.in_transaction()
            return await case.names(db)

        async with db.atomic():
            task = asyncio.create_task(child())
            await case.insert(db, 3, "Cid")
        ended.set()
        assert await task == ["Ann", "Bob", "Cid"]

    case.run(body)


def test_hooks_run_after_the_outermost_commit(case):
    """In order, once, with the rows there; without a transaction at once."""

    async def body(db: Database) -> list[object]:
        seen: list[object] = []

        async def hook() -> None:
            seen.append(await case.names(db))

        async with db.atomic():
            async with db.atomic():
                await db.on_commit(hook)
                await case.insert(db, 3, "Cid")
            assert seen == []
        await db.on_commit(hook)
        return seen

    assert case.run(body) == [["Ann", "Bob", "Cid"]] * 2


def test_hooks_are_dropped_with_what_is_rolled_back(case):
    """A savepoint's with the savepoint, all with the transaction."""

    async def body(db: Database) -> list[str]:
        seen: list[str] = []

        def hook(name: str):
            async def run() -> None:
                seen.append(name)

            return run

        async with db.atomic():
            await db.on_commit(hook("kept"))
            with pytest.raises(BoomError):
                async with db.atomic():
                    await db.on_commit(hook("dropped"))
                    raise BoomError
        with pytest.raises(BoomError):
            async with db.atomic():
                await db.on_commit(hook("lost"))
                raise BoomError
        return seen

    assert case.run(body) == ["kept"]


def test_a_failing_hook_is_logged_and_stops_no_other(case, caplog):
    """The transaction has lasted, so nothing is raised."""

    async def body(db: Database) -> list[int]:
        seen: list[int] = []

        async def bad() -> None:
            raise BoomError

        async def good() -> None:
            seen.append(1)

        with caplog.at_level(logging.ERROR, "trimaran.db"):
            async with db.atomic():
                await db.on_commit(bad)
                await db.on_commit(good)
        return seen

    assert case.run(body) == [1]
    assert "an on_commit hook failed" in caplog.text


def test_cancelling_rolls_back(case):
    """A task cancelled inside leaves neither rows nor a held connection."""

    async def body(db: Database) -> list[str]:
        inside = asyncio.Event()

        async def work() -> None:
            async with db.atomic():
                await db.execute("DELETE FROM author")
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert db.stats().in_use == 0
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_commit_begun_is_finished_though_cancelled(case):
    """The cancellation arrives after the commit, hooks included."""

    async def body(db: Database) -> list[str]:
        seen: list[str] = []

        async def hook() -> None:
            seen.append("hook")

        async def work() -> None:
            async with db.atomic():
                await case.insert(db, 3, "Cid")
                await db.on_commit(hook)
                asyncio.get_running_loop().call_soon(task.cancel)

        task = asyncio.create_task(work())
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["hook"]
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Cid"]


def test_a_statement_interrupted_midway_spoils_the_block(case):
    """Whether it took effect is unknown, so the block can only be rolled back."""

    async def body(db: Database) -> list[str]:
        with pytest.raises(TransactionError, match=r"TRI-DB-042.*was interrupted"):
            async with db.atomic():
                await db.execute("DELETE FROM author")
                try:
                    async with asyncio.timeout(0.01):
                        await db.fetch(case.slow)
                except TimeoutError:
                    pass
                await case.names(db)
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_storm_of_cancellations_leaks_nothing(case):
    """Tasks cancelled at any moment leave every connection usable and no transaction open."""

    async def body(db: Database) -> None:
        async def work(key: int) -> None:
            async with db.atomic():
                await case.insert(db, key, f"n{key}")
                await case.names(db)
                raise BoomError

        for wave in range(4):
            tasks = [asyncio.create_task(work(100 + n)) for n in range(40)]
            tasks += [asyncio.create_task(case.names(db)) for n in range(40)]
            await asyncio.sleep(0.004 * wave)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(10):
            results = await asyncio.gather(*(case.names(db) for _ in range(50)))
            assert results == [["Ann", "Bob"]] * 50
            async with db.atomic():
                await case.insert(db, 3, "Cid")
            while db.stats().in_use:
                await asyncio.sleep(0.01)
        assert db.stats().waiting == 0

    case.run(body)


def test_transactions_exclude_each_other_fairly(case):
    """Tasks that read, wait and write inside a transaction do not overwrite each other."""

    async def body(db: Database) -> int:
        lock = "" if case.vendor == "sqlite" else " FOR UPDATE"

        async def add() -> None:
            async with db.atomic():
                (age,) = await db.fetch_row(f"SELECT age FROM author WHERE id = 1{lock}")
                await asyncio.sleep(0)
                await db.execute(case.sql("UPDATE author SET age = ? WHERE id = 1"), (age + 1,))

        await asyncio.gather(*(add() for _ in range(50)))
        return (await db.fetch_row("SELECT age FROM author WHERE id = 1"))[0]

    assert case.run(body) == 80


def test_an_atomic_is_entered_once(case):
    """A second entry is a mistake that is told."""

    async def body(db: Database) -> None:
        block = db.atomic()
        async with block:
            with pytest.raises(TransactionError, match="TRI-DB-045"):
                async with block:
                    pass

    case.run(body)


def test_schema_change_rebuilds_a_table_without_losing_its_children(case):
    """Dropping the parent does not cascade, and foreign keys are enforced afterwards."""

    async def body(db: Database) -> None:
        await db.execute("INSERT INTO book VALUES (1, 1)")
        if case.vendor == "sqlite":
            async with db.schema_change():
                await db.execute("CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT, age INT)")
                await db.execute("INSERT INTO new SELECT * FROM author")
                await db.execute("DROP TABLE author")
                await db.execute("ALTER TABLE new RENAME TO author")
        else:
            async with db.schema_change():
                await db.execute("ALTER TABLE author ADD COLUMN note TEXT")
        assert len(await db.fetch("SELECT * FROM book")) == 1
        with pytest.raises(DataError, match="TRI-DB-021"):
            await db.execute("INSERT INTO book VALUES (2, 77)")

    case.run(body)


def test_schema_change_that_breaks_keys_is_rolled_back(case):
    """Rows that would point to nothing are told by their tables."""

    async def body(db: Database) -> list[str]:
        await db.execute("INSERT INTO book VALUES (1, 1)")
        with pytest.raises(DataError, match=r"TRI-DB-02[15].*"):
            async with db.schema_change():
                await db.execute("INSERT INTO book VALUES (2, 77)")
        assert len(await db.fetch("SELECT * FROM book")) == 1
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]
