"""Statements outside of transactions."""

import asyncio

import pytest

from trimaran.db.backends.base import Database
from trimaran.errors import DatabaseOperationError, TransactionError


def test_fetch_row_returns_the_first_row_by_position(case):
    """A row unpacks like a tuple."""

    async def body(db: Database) -> None:
        row = await db.fetch_row(case.sql("SELECT id, name FROM author WHERE id = ?"), (2,))
        assert tuple(row) == (2, "Bob")

    case.run(body)


def test_fetch_row_returns_none_where_nothing_matches(case):
    """No row is None, on the first call and on the shortest way taken later."""

    async def body(db: Database) -> None:
        sql = case.sql("SELECT id FROM author WHERE id = ?")
        assert [await db.fetch_row(sql, (99,)) for _ in range(3)] == [None] * 3

    case.run(body)


def test_fetch_row_takes_the_first_of_several(case):
    """Rows behind the first are left alone, and the connection stays usable."""

    async def body(db: Database) -> None:
        for _ in range(3):
            assert tuple(await db.fetch_row("SELECT name FROM author ORDER BY id")) == ("Ann",)
        assert await case.names(db) == ["Ann", "Bob"]

    case.run(body)


def test_fetch_returns_every_row(case):
    """All rows, in order."""
    assert case.run(case.names) == ["Ann", "Bob"]


def test_execute_counts_the_rows_it_touched(case):
    """INSERT, UPDATE and DELETE count; other statements touch none."""

    async def body(db: Database) -> list[int]:
        return [
            await case.insert(db, 3, "Cid"),
            await db.execute("UPDATE author SET age = 9"),
            await db.execute("DELETE FROM author WHERE id > 1"),
            await db.execute("CREATE TABLE IF NOT EXISTS book (id INTEGER)"),
        ]

    assert case.run(body) == [1, 3, 2, 0]


def test_returning_gives_the_row_and_keeps_the_write(case):
    """INSERT … RETURNING through fetch_row is committed."""

    async def body(db: Database) -> None:
        sql = case.sql("INSERT INTO author VALUES (?, ?, 1) RETURNING name")
        assert tuple(await db.fetch_row(sql, (3, "Cid"))) == ("Cid",)
        assert await case.names(db) == ["Ann", "Bob", "Cid"]

    case.run(body)


def test_a_common_table_expression_may_write(case):
    """WITH … INSERT is no read, though it begins like one."""
    case.needs("WITH before INSERT")

    async def body(db: Database) -> None:
        await db.execute(
            "WITH old AS (SELECT max(id) AS top FROM author) "
            "INSERT INTO author SELECT top + 1, 'New', 1 FROM old"
        )
        assert await case.names(db) == ["Ann", "Bob", "New"]

    case.run(body)


def test_execute_many_runs_for_each_row(case):
    """A generator of rows will do."""

    async def body(db: Database) -> int:
        sql = case.sql("INSERT INTO author VALUES (?, ?, 1)")
        await db.execute_many(sql, ((key, f"n{key}") for key in range(10, 1010)))
        return len(await case.names(db))

    assert case.run(body) == 1002


@pytest.mark.parametrize("inside", [False, True])
def test_execute_many_is_all_or_nothing(case, inside):
    """One bad row leaves none of the others behind."""

    async def body(db: Database) -> list[str]:
        sql = case.sql("INSERT INTO author VALUES (?, ?, 1)")
        rows = [(10, "x"), (11, "y"), (12, "Ann")]
        with pytest.raises(Exception, match="TRI-DB-020"):
            if inside:
                async with db.atomic():
                    await db.execute_many(sql, rows)
            else:
                await db.execute_many(sql, rows)
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob"]


def test_a_script_is_all_or_nothing(case):
    """Its semicolons in strings do not split it; a failing statement undoes those before."""

    async def body(db: Database) -> list[str]:
        await db.execute_script("INSERT INTO author VALUES (3, 'a;b', 1); -- done;\n SELECT 1;")
        with pytest.raises(DatabaseOperationError, match=r"TRI-DB-030.*nowhere"):
            await db.execute_script("DELETE FROM author; DELETE FROM nowhere;")
        return await case.names(db)

    assert case.run(body) == ["Ann", "Bob", "a;b"]


@pytest.mark.parametrize("sql", ["BEGIN", " /* x */ commit", "ROLLBACK", "SAVEPOINT a"])
def test_transactions_by_hand_are_refused(case, sql):
    """The error names the line and the mend."""

    async def body(db: Database) -> None:
        for verb in (db.fetch, db.fetch_row, db.execute, db.execute_script):
            with pytest.raises(TransactionError, match=r"TRI-DB-044 .*test_statements.py:\d+") as e:
                await verb(sql)
            assert "transaction.atomic()" in str(e.value)
        assert not db.in_transaction()

    case.run(body)


def test_many_tasks_share_few_connections(case):
    """Hundreds of tasks that read and write at once all finish."""

    async def body(db: Database) -> int:
        async def work(key: int) -> None:
            await case.insert(db, key, f"n{key}")
            sql = case.sql("SELECT name FROM author WHERE id = ?")
            assert tuple(await db.fetch_row(sql, (key,))) == (f"n{key}",)

        await asyncio.gather(*(work(key) for key in range(100, 400)))
        assert db.stats().waiting == db.stats().in_use == 0
        return len(await case.names(db))

    assert case.run(body) == 302


def test_tables_may_change_under_kept_statements(case):
    """A statement prepared before ALTER TABLE is prepared anew by itself."""

    async def body(db: Database) -> None:
        sql = case.sql("SELECT * FROM author WHERE id = ?")
        assert len(await db.fetch_row(sql, (1,))) == 3
        await db.execute("ALTER TABLE author ADD COLUMN note TEXT")
        assert len(await db.fetch_row(sql, (1,))) == 4
        assert len((await db.fetch("SELECT * FROM author"))[0]) == 4

    case.run(body)


def test_a_slow_statement_is_stopped(case):
    """The error says how long it ran; the next statement works."""

    async def body(db: Database) -> list[str]:
        with pytest.raises(DatabaseOperationError, match=r"TRI-DB-031 .* after 0\.2 s"):
            await db.fetch_row(case.slow)
        return await case.names(db)

    assert case.run(body, statement_timeout="0.2") == ["Ann", "Bob"]


def test_closing_twice_and_opening_again_works(case):
    """The next statement opens what is closed."""

    async def body(db: Database) -> None:
        await db.close()
        await db.close()
        assert db.stats().size == 0
        assert tuple(await db.fetch_row("SELECT 1")) == (1,)

    case.run(body)


def test_close_waits_for_statements_under_way(case):
    """A statement that was begun before close gets its answer."""

    async def body(db: Database) -> None:
        sql = "SELECT count(*) FROM author, author b, author c"
        tasks = [asyncio.create_task(db.fetch_row(sql)) for _ in range(20)]
        await asyncio.sleep(0)
        await db.close()
        assert {tuple(await task) for task in tasks} == {(8,)}

    case.run(body)


def test_stats_count_statements(case):
    """Each statement counts once, whatever way it takes."""

    async def body(db: Database) -> None:
        before = db.stats().statements
        sql = case.sql("SELECT name FROM author WHERE id = ?")
        for _ in range(3):
            await db.fetch_row(sql, (1,))
        async with db.atomic():
            await db.fetch(sql, (1,))
        stats = db.stats()
        assert stats.statements - before == 4
        assert stats.size <= stats.max_size
        assert stats.in_use == 0

    case.run(body)


def test_the_dialect_compiles_with_the_backends_placeholders(case):
    """What SQLAlchemy compiles runs as it is."""
    import sqlalchemy as sa

    author = sa.table("author", sa.column("id", sa.Integer), sa.column("name", sa.String))
    query = sa.select(author.c.name).where(author.c.id == sa.bindparam("key"))

    async def body(db: Database) -> None:
        compiled = str(query.compile(dialect=db.dialect))
        assert tuple(await db.fetch_row(compiled, (2,))) == ("Bob",)

    case.run(body)
