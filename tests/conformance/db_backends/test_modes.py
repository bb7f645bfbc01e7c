"""Isolation, read-only transactions, repeated ones, and who hears of statements."""

import asyncio
import logging

import pytest

from trimaran.db import transaction
from trimaran.db.backends.observing import log_queries
from trimaran.db.backends.registry import installed
from trimaran.errors import DatabaseOperationError, TransactionError

AGE = "SELECT age FROM author WHERE id = 1"


def test_a_transaction_has_the_isolation_that_was_asked(case):
    """It is of that transaction alone: whether it sees what others commit meanwhile."""
    if case.vendor == "sqlite":
        pytest.skip("SQLite's transactions are serializable always, its writer one")

    async def body(db):
        async def grow():
            with db.independent():
                await db.execute("UPDATE author SET age = age + 1 WHERE id = 1")

        seen = []
        for level in ("repeatable read", "read committed", None):
            async with db.atomic(isolation=level):
                before = (await db.fetch_row(AGE))[0]
                await asyncio.create_task(grow())
                seen.append((await db.fetch_row(AGE))[0] - before)
        return seen

    assert case.run(body) == [0, 1, 1]


def test_a_read_only_transaction_refuses_to_write(case):
    """The next one may write again."""

    async def body(db):
        async with db.atomic(read_only=True):
            assert await case.names(db) == ["Ann", "Bob"]
            with pytest.raises(DatabaseOperationError) as refusal:
                async with db.atomic():
                    await case.insert(db, 9, "Zoe")
        assert refusal.value.id == "TRI-DB-030"
        await case.insert(db, 9, "Zoe")
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "Zoe"]


def test_a_nested_block_cannot_change_the_mode(case):
    """The outermost decides; asking for the same is no fault."""

    async def body(db):
        async with db.atomic(isolation="serializable"):
            async with db.atomic(isolation="serializable"):
                pass
            with pytest.raises(TransactionError, match=r"TRI-DB-052 .* isolation='read committed'"):
                async with db.atomic(isolation="read committed"):
                    pass

    case.run(body)


def test_without_a_savepoint_an_exception_spoils_the_outer_block(case):
    """As Django's savepoint=False: whoever catches it cannot commit half of the work."""

    async def body(db):
        with pytest.raises(TransactionError, match=r"TRI-DB-042 .* savepoint=False"):
            async with db.atomic():
                with pytest.raises(ZeroDivisionError):
                    async with db.atomic(savepoint=False):
                        await case.insert(db, 9, "Zoe")
                        raise ZeroDivisionError
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_serialization_failure_is_tried_again(case):
    """Two that read and write the same both succeed, one of them at its second attempt."""
    calls = []

    async def body(db):
        with installed(db):
            read = asyncio.Barrier(2)

            @transaction.atomic(isolation="serializable", retry=8)
            async def birthday(key):
                calls.append(key)
                age = (await db.fetch_row("SELECT age FROM author WHERE id = 1"))[0]
                if len(calls) <= 2 and case.vendor != "sqlite":
                    await read.wait()
                await db.execute(case.sql("UPDATE author SET age = ? WHERE id = 1"), (age + 1,))

            await asyncio.gather(birthday(1), birthday(2))
            return (await db.fetch_row("SELECT age FROM author WHERE id = 1"))[0]

    assert case.run(body) == 32
    assert len(calls) == (2 if case.vendor == "sqlite" else 3)


def test_retries_end(case):
    """The error of the last attempt is raised; others are never repeated."""
    calls = []

    async def body(db):
        with installed(db):

            @transaction.atomic(retry=2)
            async def give_up(id):
                calls.append(id)
                raise DatabaseOperationError(id, "Deadlock.")

            for id in ("TRI-DB-035", "TRI-DB-030"):
                with pytest.raises(DatabaseOperationError):
                    await give_up(id)

    case.run(body)
    assert calls == ["TRI-DB-035"] * 3 + ["TRI-DB-030"]


def test_a_block_cannot_be_tried_again(case):
    """The error says what to write."""

    async def body(db):
        with (
            installed(db),
            pytest.raises(TransactionError, match=r"TRI-DB-054 .*@transaction.atomic"),
        ):
            async with transaction.atomic(retry=1):
                pass

    case.run(body)


def test_a_hook_may_be_a_plain_function(case):
    """As in Django: what it returns need not be awaitable."""
    told = []

    async def body(db):
        async with db.atomic():
            await db.on_commit(lambda: told.append("committed"))
            assert told == []

    case.run(body)
    assert told == ["committed"]


def test_an_observer_hears_of_every_statement(case):
    """With the line that asked and what went wrong, until it stops."""
    seen = []

    async def body(db):
        stop = db.observe(seen.append)
        await case.names(db)
        await db.fetch_row("SELECT name FROM author")
        async with db.atomic():
            await case.insert(db, 9, "Zoe")
        with pytest.raises(DatabaseOperationError):
            await db.fetch("SELECT nothing FROM nowhere")
        stop()
        stop()
        await case.names(db)
        return "run" in vars(db)

    assert case.run(body) is False
    assert [one.verb for one in seen] == ["fetch", "fetch_row", "execute", "fetch"]
    assert "test_modes.py" in seen[1].where
    assert [one.error is None for one in seen] == [True, True, True, False]


def test_the_query_log_hides_parameters(case, caplog):
    """Values may be secrets: they are shown only where that is asked for."""
    caplog.set_level(logging.INFO, "trimaran.db")

    async def body(db):
        stop = db.observe(log_queries(slow=None, every=True, parameters=False))
        await case.insert(db, 9, "s3cret")
        stop()
        db.observe(log_queries(slow=0.0, every=False, parameters=True))
        await case.insert(db, 10, "known")

    case.run(body)
    hidden, shown = (record.getMessage() for record in caplog.records)
    assert "[3 parameters hidden]" in hidden
    assert "s3cret" not in hidden
    assert " at tests/" in hidden
    assert "'known'" in shown
    assert [record.name for record in caplog.records] == ["trimaran.db.queries", "trimaran.db.slow"]


def test_500_clients_on_five_connections_finish(case):
    """Statements, transactions and savepoints together: nobody starves, nothing leaks."""
    options = {"acquire_timeout": 60} | ({} if case.vendor == "sqlite" else {"pool_max": 5})

    async def client(db, key):
        if key % 3:
            await case.insert(db, key, f"n{key}")
        else:
            async with db.atomic():
                await case.insert(db, key, f"n{key}")
                async with db.atomic():
                    await db.execute(case.sql("UPDATE author SET age = 2 WHERE id = ?"), (key,))
        return (await db.fetch_row(case.sql("SELECT name FROM author WHERE id = ?"), (key,)))[0]

    async def body(db):
        found = await asyncio.gather(*(client(db, key) for key in range(100, 600)))
        stats = db.stats()
        return found, stats

    found, stats = case.run(body, **options)
    assert found == [f"n{key}" for key in range(100, 600)]
    assert (stats.in_use, stats.waiting, stats.timeouts) == (0, 0, 0)
    assert stats.size <= stats.max_size <= 5


def test_gathered_tasks_cannot_share_a_transaction(case):
    """Each gets the error that says how to write it; the transaction goes on."""

    async def body(db):
        async with db.atomic():
            answers = await asyncio.gather(
                *(asyncio.create_task(case.insert(db, key, f"n{key}")) for key in range(10, 20)),
                return_exceptions=True,
            )
            await case.insert(db, 9, "Zoe")
        return answers, await case.names(db)

    answers, names = case.run(body)
    assert {type(answer) for answer in answers} == {TransactionError}
    assert "TRI-DB-041" in str(answers[0])
    assert names == ["Ann", "Bob", "Zoe"]
