"""The databases of an application."""

import subprocess
import sys

import pytest

from trimaran.db.backends.registry import (
    database,
    databases,
    install,
    installed,
    open_database,
    uninstall,
)
from trimaran.errors import ConfigurationError


def test_an_installed_database_is_found_by_its_alias():
    """The default alias needs no name; removing an absent one is no fault."""
    one = open_database("sqlite://", alias="one_of_the_registry")
    install(one)
    assert database("one_of_the_registry") is one
    assert one in databases()
    uninstall("one_of_the_registry")
    uninstall("one_of_the_registry")
    assert one not in databases()


def test_a_missing_database_tells_how_to_get_one():
    """The error is a configuration fault that names alias and mend."""
    with pytest.raises(ConfigurationError, match="TRI-DB-001 No database 'no_such' is installed"):
        database("no_such")


def test_installed_puts_back_what_was_there():
    """Nested tests leave no trace."""
    first, second = (open_database("sqlite://", alias="swapped") for _ in range(2))
    with installed(first):
        with installed(second):
            assert database("swapped") is second
        assert database("swapped") is first
    with pytest.raises(ConfigurationError):
        database("swapped")


def test_a_database_shows_itself_without_its_password():
    """In a log, in a debugger."""
    db = open_database("postgresql://joe:hunter2@db/shop")
    assert repr(db) == "<PostgreSQLDatabase 'default' postgresql://joe@db/shop>"
    assert "hunter2" not in db.url


def test_making_a_database_loads_neither_sqlalchemy_nor_another_driver():
    """A SQLite application pays for SQLite only."""
    code = (
        "import sys; from trimaran.db.backends.registry import open_database;"
        "open_database('sqlite://');"
        "print(sorted(m for m in ('sqlalchemy', 'asyncpg', 'alembic') if m in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_postgresql_without_its_driver_says_what_to_install():
    """The extra is named."""
    code = (
        "import sys; sys.modules['asyncpg'] = None\n"
        "from trimaran.db.backends.registry import open_database\n"
        "try: open_database('postgresql://db/shop')\n"
        "except Exception as exc: print(exc)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "TRI-DB-004" in out.stdout
    assert "pip install 'trimaran[postgres]'" in out.stdout


def test_the_postgresql_dialect_does_not_load_the_driver_again():
    """Compiling needs SQLAlchemy alone."""
    db = open_database("postgresql://db/shop")
    assert (db.dialect.name, db.dialect.paramstyle) == ("postgresql", "numeric_dollar")
    assert open_database("sqlite://").dialect.paramstyle == "qmark"
