"""Every error of the drivers has a place in Trimaran's tree."""

import sqlite3

import asyncmy.errors
import asyncpg
import pytest

from trimaran.db.backends.mariadb import errors as mariadb
from trimaran.db.backends.mariadb.connection import batches, pieces
from trimaran.db.backends.mariadb.database import check_version
from trimaran.db.backends.postgresql import errors as postgresql
from trimaran.db.backends.sqlite import errors as sqlite
from trimaran.errors import (
    ConfigurationError,
    DatabaseOperationError,
    DatabaseUnavailableError,
    DataError,
)


def _all(root):
    found = {root}
    for sub in root.__subclasses__():
        found |= _all(sub)
    return found


POSTGRES = sorted(_all(asyncpg.PostgresError), key=lambda error: error.__name__)


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("kind", POSTGRES)
def test_each_postgresql_error_becomes_one_of_ours(kind, closed):
    """With its id and, where the connection lived, its SQLSTATE."""
    error = postgresql.translate(kind("value 'secret'"), "SELECT 1", (), closed=closed, limit=1.0)
    assert isinstance(error, DataError)
    assert error.id.startswith("TRI-DB-0")
    if closed:
        assert isinstance(error, DatabaseUnavailableError)


@pytest.mark.parametrize(
    "exc",
    [
        asyncpg.InterfaceError("the server expects 1 argument"),
        asyncpg.InternalClientError("unexpected"),
        asyncpg.UnsupportedClientFeatureError("x"),
        ConnectionResetError(104, "reset"),
        OSError("gone"),
        ValueError("'secret'"),
        TypeError("'secret'"),
        OverflowError("secret"),
        UnicodeEncodeError("utf-8", "secret", 0, 1, "surrogates"),
    ],
)
def test_each_other_error_of_asyncpg_becomes_one_of_ours(exc):
    """All of them are caught, and none shows a value."""
    assert isinstance(exc, postgresql.DRIVER_ERRORS)
    error = postgresql.translate(exc, "SELECT 1", (), closed=False, limit=1.0)
    assert isinstance(error, DataError)
    assert "secret" not in str(error)


CODES = [name for name in dir(sqlite3) if name.startswith("SQLITE_") and name.isupper()]


@pytest.mark.parametrize("kind", sorted(_all(sqlite3.Error), key=lambda error: error.__name__))
def test_each_sqlite_error_becomes_one_of_ours(kind):
    """Whatever result code comes with it."""
    for code in ["", *CODES]:
        exc = kind("message")
        exc.sqlite_errorname = code
        error = sqlite.translate(exc, "SELECT 1", limit=1.0, path="a.db")
        assert isinstance(error, DataError)
        assert error.id.startswith("TRI-DB-0")


@pytest.mark.parametrize("exc", [OverflowError("x"), TypeError("x"), ValueError("x")])
def test_each_way_of_refusing_a_parameter_is_told_alike(exc):
    """The driver uses several exceptions of Python's own."""
    assert isinstance(exc, sqlite.DRIVER_ERRORS)
    error = sqlite.translate(exc, "SELECT ?", limit=1.0, path="a.db")
    assert isinstance(error, DatabaseOperationError)
    assert error.id == "TRI-DB-032"


def test_the_message_of_a_failed_connection_names_the_reason():
    """The URL stands in it, the address' credentials do not."""
    exc = asyncpg.InvalidPasswordError('password authentication failed for user "joe"')
    error = postgresql.not_connected(exc, "postgresql://joe@db/shop", 3.0)
    assert str(error).startswith("TRI-DB-010 No connection to postgresql://joe@db/shop could be")
    assert 'failed for user "joe"' in str(error)
    slow = postgresql.not_connected(TimeoutError(), "postgresql://db", 3.0)
    assert "no answer within 3 s" in str(slow)


@pytest.mark.parametrize(
    ("code", "id"),
    [
        (1062, "TRI-DB-020"),
        (1452, "TRI-DB-021"),
        (1451, "TRI-DB-021"),
        (1048, "TRI-DB-022"),
        (4025, "TRI-DB-023"),
        (1064, "TRI-DB-030"),
        (1969, "TRI-DB-031"),
        (1366, "TRI-DB-032"),
        (1114, "TRI-DB-033"),
        (1317, "TRI-DB-034"),
        (1213, "TRI-DB-035"),
        (1615, "TRI-DB-036"),
        (2013, "TRI-DB-013"),
    ],
)
def test_each_number_of_mariadb_has_its_error(code, id):
    """Whatever class the driver gives it, and never with the value."""
    exc = asyncmy.errors.OperationalError(code, "Duplicate entry 'secret' for key 'x'")
    error = mariadb.translate(exc, "INSERT INTO t VALUES (?)", closed=False, limit=1.0)
    assert error.id == id
    if code not in (1064, 1213):
        assert "secret" not in str(error)


def test_mariadb_names_what_a_constraint_is_on():
    """Table, columns and name, as far as the message tells."""
    text = (
        "Cannot add or update a child row: a foreign key constraint fails (`shop`.`book`,"
        " CONSTRAINT `fk_book` FOREIGN KEY (`author_id`) REFERENCES `author` (`id`))"
    )
    exc = asyncmy.errors.IntegrityError(1452, text)
    error = mariadb.translate(exc, "INSERT INTO book VALUES (?)", closed=False, limit=1.0)
    assert (error.table, error.columns, error.constraint) == ("book", ("author_id",), "fk_book")


@pytest.mark.parametrize("text", ["8.0.36", "5.5.5-10.6.9-MariaDB", "rubbish"])
def test_a_server_without_returning_is_refused(text):
    """MySQL and an old MariaDB, and the connection is closed."""
    closed = []

    class Driver:
        def close(self):
            closed.append(True)

    with pytest.raises(ConfigurationError, match=r"TRI-DB-006 .*MariaDB 10\.7 or newer is needed"):
        check_version(text, Driver())
    assert closed == [True]
    check_version("5.5.5-10.11.19-MariaDB-log", Driver())


def test_a_script_is_split_at_its_own_semicolons():
    """Not at those in strings, names and comments."""
    script = "SELECT ';' -- ;\n; SELECT `a;b` /* ; */; SELECT 'it''s;' # ;\n"
    assert [piece.strip()[:10] for piece in pieces(script)] == [
        "SELECT ';'",
        "SELECT `a;",
        "SELECT 'it",
    ]


def test_rows_are_sent_in_bounded_batches():
    """By their number and by their size."""
    assert batches([]) == []
    assert [len(batch) for batch in batches([(1,)] * 2500)] == [1000, 1000, 500]
    assert [len(batch) for batch in batches([("x" * 1_000_000,)] * 3)] == [1, 1, 1]


def test_a_file_that_sqlite_may_not_write(tmp_path):
    """The error says which file, and that its folder counts too."""
    path = tmp_path / "shop.db"
    sqlite3.connect(path).execute("CREATE TABLE t (id)").connection.close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    from trimaran.db.backends.sqlite.errors import translate

    error = translate(refused.value, "INSERT INTO t VALUES (1)", limit=1.0, path=str(path))
    assert error.id == "TRI-DB-030"
    assert "readonly" in error.what
    assert f"write to {path} and to its folder" in error.mend
