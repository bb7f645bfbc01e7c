"""``transaction.atomic`` and its like, over the installed database."""

import asyncio

import pytest

from trimaran.db import transaction
from trimaran.db.backends.registry import installed, open_database
from trimaran.errors import ConfigurationError, TransactionError


def _run(body, alias="default"):
    async def main():
        db = open_database("sqlite://", alias=alias)
        await db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        try:
            with installed(db):
                return await body(db)
        finally:
            await db.close()

    return asyncio.run(main())


async def _count(db):
    return (await db.fetch_row("SELECT count(*) FROM t"))[0]


def test_atomic_as_a_block():
    """It uses the default database."""

    async def body(db):
        async with transaction.atomic():
            await db.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(ZeroDivisionError):
            async with transaction.atomic():
                await db.execute("INSERT INTO t VALUES (2)")
                raise ZeroDivisionError
        return await _count(db)

    assert _run(body) == 1


@pytest.mark.parametrize("bare", [True, False])
def test_atomic_as_a_decorator(bare):
    """With and without brackets; each call is a transaction, calls may nest and overlap."""
    decorate = transaction.atomic if bare else transaction.atomic(durable=False)

    async def body(db):
        @decorate
        async def add(key: int, *, fail: bool = False) -> int:
            """Add a row."""
            await db.execute("INSERT INTO t VALUES (?)", (key,))
            if key > 100:
                await add(key - 100)
            if fail:
                raise ZeroDivisionError
            return key

        assert add.__doc__ == "Add a row."
        assert sorted(await asyncio.gather(*(add(key) for key in range(5)))) == list(range(5))
        assert await add(150) == 150
        with pytest.raises(ZeroDivisionError):
            await add(160, fail=True)
        return await _count(db)

    assert _run(body) == 7


def test_atomic_decorates_coroutine_functions_only():
    """The error stands at the declaration, with the name."""
    with pytest.raises(
        ConfigurationError, match=r"TRI-DB-050 .*test_transaction\.py:\d+.*\.plain, which"
    ):

        @transaction.atomic
        def plain() -> None: ...


def test_a_block_entered_twice_is_told():
    """One call, one block."""

    async def body(db):
        block = transaction.atomic()
        async with block:
            with pytest.raises(TransactionError, match="TRI-DB-045"):
                async with block:
                    pass
        async with block:
            pass

    _run(body)


def test_another_database_by_its_alias():
    """using= names it, for hooks too."""

    async def body(db):
        seen = []

        async def hook():
            seen.append(await _count(db))

        async with transaction.atomic(using="archive", durable=True):
            await transaction.on_commit(hook, using="archive")
            await db.execute("INSERT INTO t VALUES (1)")
        with transaction.independent(using="archive"):
            pass
        with pytest.raises(ConfigurationError, match="TRI-DB-001"):
            async with transaction.atomic(using="nowhere"):
                pass
        return seen

    assert _run(body, alias="archive") == [1]


def test_a_transaction_follows_an_async_generator():
    """A dependency that yields inside atomic lets the code between work in it."""

    async def body(db):
        async def session():
            async with transaction.atomic():
                yield

        async for _ in session():
            assert db.in_transaction()
            await db.execute("INSERT INTO t VALUES (1)")
        assert not db.in_transaction()
        return await _count(db)

    assert _run(body) == 1


def test_a_transaction_may_be_ended_by_another_task():
    """A dependency's clean-up may run after the answer, when the first task is over."""

    async def body(db):
        block = db.atomic()

        async def begin():
            await block.__aenter__()
            await db.execute("INSERT INTO t VALUES (1)")

        await asyncio.create_task(begin())
        await asyncio.create_task(block.__aexit__(None, None, None))
        return await _count(db)

    assert _run(body) == 1
