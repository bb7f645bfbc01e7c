"""One transaction that every task shares and that is rolled back."""

import asyncio

import pytest

from trimaran.db.backends.base import Database
from trimaran.errors import DataError, TransactionError


def test_every_task_works_inside_and_all_is_undone(case):
    """Writes of several tasks see each other, and are gone afterwards."""

    async def body(db: Database) -> list[str]:
        async with db.sandbox():
            await asyncio.gather(*(case.insert(db, n, f"n{n}") for n in range(10, 30)))
            assert len(await asyncio.create_task(case.names(db))) == 22
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_refused_statement_spoils_nothing(case):
    """As without a sandbox, the next statement works."""

    async def body(db: Database) -> list[str]:
        async with db.sandbox():
            with pytest.raises(DataError, match="TRI-DB-020"):
                await case.insert(db, 3, "Ann")
            await case.insert(db, 3, "Cid")
            return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Cid"]


def test_atomic_is_a_transaction_within(case):
    """It rolls back alone, runs its hooks, may be durable."""

    async def body(db: Database) -> None:
        seen: list[int] = []

        async def hook() -> None:
            seen.append(1)

        async with db.sandbox():
            with pytest.raises(ZeroDivisionError):
                async with db.atomic():
                    await db.execute("DELETE FROM author")
                    raise ZeroDivisionError
            async with db.atomic(durable=True):
                await case.insert(db, 3, "Cid")
                await db.on_commit(hook)
            assert await case.names(db) == ["Ann", "Bob", "Cid"]
        assert seen == [1]

    case.run(body)


def test_tasks_take_turns_by_transaction(case):
    """Savepoints of two tasks never cross."""

    async def body(db: Database) -> list[str]:
        async def work(key: int) -> None:
            async with db.atomic():
                await case.insert(db, key, f"n{key}")
                await asyncio.sleep(0.001)
                if key % 2:
                    raise ZeroDivisionError

        async with db.sandbox():
            await asyncio.gather(*(work(n) for n in range(10, 16)), return_exceptions=True)
            return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "n10", "n12", "n14"]


def test_sandboxes_nest(case):
    """The inner one is undone alone."""

    async def body(db: Database) -> list[str]:
        async with db.sandbox():
            await case.insert(db, 3, "Cid")
            async with db.sandbox():
                await db.execute("DELETE FROM author")
            names = await case.names(db)
        assert await case.names(db) == ["Ann", "Bob"]
        return names

    assert case.run(body) == ["Ann", "Bob", "Cid"]


def test_a_turn_that_never_comes_is_told(case):
    """The error names the transaction that holds the connection."""

    async def body(db: Database) -> None:
        async with db.sandbox():
            async with db.atomic():

                async def other() -> None:
                    with db.independent():
                        await case.names(db)

                with pytest.raises(DataError, match=r"TRI-DB-011 .*test_sandbox\.py:\d+"):
                    await asyncio.create_task(other())
            assert await case.names(db) == ["Ann", "Bob"]

    case.run(body, acquire_timeout="0.1")


def test_a_cancelled_statement_leaves_the_sandbox_usable(case):
    """What was cancelled is undone; the connection goes to the next task."""

    async def body(db: Database) -> list[str]:
        async with db.sandbox():
            tasks = [asyncio.create_task(case.insert(db, n, f"n{n}")) for n in range(10, 30)]
            await asyncio.sleep(0.003)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await db.execute("DELETE FROM author WHERE id >= 10")
            return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_sandbox_is_not_begun_inside_a_transaction(case):
    """The order matters: the sandbox holds transactions, not the other way round."""

    async def body(db: Database) -> None:
        async with db.atomic():
            with pytest.raises(TransactionError, match="TRI-DB-048"):
                async with db.sandbox():
                    pass

    case.run(body)
