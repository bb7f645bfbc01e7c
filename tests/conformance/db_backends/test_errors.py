"""Drivers' errors, told alike by every backend."""

import pytest

from trimaran.db.backends.base import Database
from trimaran.errors import DatabaseOperationError, DataError, IntegrityError


def _refusal(case, *row) -> DataError:
    async def body(db: Database) -> DataError:
        with pytest.raises(DataError) as caught:
            await case.insert(db, *row)
        assert await case.names(db) == ["Ann", "Bob"]
        return caught.value

    return case.run(body)


def test_a_value_that_is_taken(case):
    """The error names table and column."""
    error = _refusal(case, 3, "Ann")
    assert isinstance(error, IntegrityError)
    assert (error.kind, error.table, error.columns) == ("unique", "author", ("name",))
    assert "TRI-DB-020" in str(error)
    assert "author.name" in str(error)


def test_a_primary_key_that_is_taken(case):
    """A primary key is unique too."""
    error = _refusal(case, 1, "Cid")
    assert (error.kind, error.columns) == ("unique", ("id",))


def test_a_missing_value(case):
    """NOT NULL names the column."""
    error = _refusal(case, 3, None)
    assert (error.kind, error.columns) == ("not_null", ("name",))
    assert "TRI-DB-022" in str(error)


def test_a_check_that_refuses(case):
    """CHECK names its constraint."""
    error = _refusal(case, 3, "Old", 200)
    assert (error.kind, error.constraint) == ("check", "age_is_human")
    assert "TRI-DB-023" in str(error)


def test_a_foreign_key_to_nothing_shows_at_commit(case):
    """A deferred constraint surfaces when the transaction ends, and undoes it."""

    async def body(db: Database) -> None:
        with pytest.raises(IntegrityError, match="TRI-DB-021") as caught:
            async with db.atomic():
                await db.execute("INSERT INTO book VALUES (1, 77)")
        assert caught.value.kind == "foreign_key"
        assert await db.fetch("SELECT * FROM book") == []
        assert not db.in_transaction()

    case.run(body)


@pytest.mark.parametrize("value", ["not a number", 10**30, object(), 2**63, [1]])
def test_a_value_that_does_not_fit_is_told_without_the_value(case, value):
    """The statement is shown, its parameters never are."""
    error = _refusal(case, value, "secret-name")
    assert isinstance(error, DatabaseOperationError)
    assert "TRI-DB-032" in str(error)
    assert "INSERT INTO author" in str(error)
    for hidden in ("secret-name", "not a number", str(10**30)):
        assert hidden not in str(error)


@pytest.mark.parametrize("text", ["\ud800", "a\ud800b"])
def test_a_lone_surrogate_is_refused(case, text):
    """Text that no encoding can write is a bad parameter."""
    assert "TRI-DB-032" in str(_refusal(case, 3, text))


def test_a_wrong_number_of_parameters(case):
    """Too few values: the statement cannot run."""

    async def body(db: Database) -> None:
        with pytest.raises(DatabaseOperationError, match="TRI-DB-030"):
            await db.fetch_row(case.sql("SELECT name FROM author WHERE id = ?"), ())

    case.run(body)


def test_bad_sql_shows_the_statement_shortened(case):
    """A statement of megabytes does not fill the log."""

    async def body(db: Database) -> None:
        with pytest.raises(DatabaseOperationError, match=r"TRI-DB-030.*SELEC ") as caught:
            await db.fetch("SELEC " + "x" * 100_000)
        assert len(str(caught.value)) < 600
        with pytest.raises(DatabaseOperationError) as caught:
            await db.fetch("SELECT * FROM nowhere")
        assert caught.value.code in {"42P01", "SQLITE_ERROR", "1146"}
        assert "Run `trimaran migrate`" in str(caught.value)

    case.run(body)


def test_the_drivers_error_is_not_chained(case):
    """A log shows no trace that quotes the row."""
    error = _refusal(case, 3, "Ann")
    assert error.__cause__ is None
    assert error.__suppress_context__
