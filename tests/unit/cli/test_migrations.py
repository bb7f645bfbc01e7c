"""The migration commands on a SQLite database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MODELS = """
from trimaran import App, Field, Model

class CliFilm(Model):
    title: str = Field(max_length=50)

app = App(database="sqlite:///cli.sqlite3")
"""


@pytest.fixture
def shop(folder: Path) -> Iterator[Path]:
    """Return a folder with an application that has a model."""
    from trimaran.db.models import registry

    (folder / "app.py").write_text(MODELS, encoding="utf-8")
    with registry.isolated():
        yield folder


def test_the_work_flow(shop: Path, call: Any) -> None:
    """Make, look, apply, look again, undo: each step says what it did."""
    assert "[ ]" not in call("showmigrations").stdout
    made = call("makemigrations").stdout
    assert made.startswith("Wrote migrations/0001_initial.py\n  create table cli_film")
    assert call("showmigrations").stdout == "[ ] 0001_initial\n"
    assert call("migrate", "--plan").stdout == "apply 0001_initial\n"
    assert call("migrate").stdout == "apply 0001_initial\n"
    assert call("showmigrations", "app.py").stdout.startswith("[x] 0001_initial  2")
    assert "Nothing to do" in call("migrate").stdout
    assert call("migrate", "app.py", "zero").stdout == "undo 0001_initial\n"


def test_check_fails_where_something_is_to_be_done(shop: Path, call: Any) -> None:
    """``--check`` writes nothing and exits with 1 until there is nothing to do."""
    assert call("makemigrations", "--check").exit_code == 1
    assert not (shop / "migrations").exists()
    call("makemigrations")
    assert call("makemigrations", "--check").exit_code == 0
    assert call("migrate", "--check").exit_code == 1
    call("migrate")
    assert call("migrate", "--check").exit_code == 0


def test_a_dry_run_prints_the_file(shop: Path, call: Any) -> None:
    """``--dry-run`` shows what would be written."""
    text = call("makemigrations", "--dry-run", "--name", "first").stdout
    assert text.startswith("Would write migrations/0001_first.py")
    assert "m.CreateTable(" in text
    assert not (shop / "migrations").exists()


def test_sqlmigrate_prints_sql(shop: Path, call: Any) -> None:
    """The SQL is that of the application's database, forwards or backwards."""
    call("makemigrations")
    assert "CREATE TABLE cli_film" in call("sqlmigrate", "0001").stdout
    assert "DROP TABLE cli_film" in call("sqlmigrate", "app.py", "0001", "--backwards").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("migrate", "app.py", "b.py"), "Unexpected argument 'b.py'"),
        (("migrate", "0001", "0002"), "Unexpected argument '0002'"),
        (("makemigrations", "--rename", "a"), "--rename 'a' is not OLD=NEW"),
        (("sqlmigrate", "app.py"), "Name the migration, such as 0001."),
    ],
)
def test_wrong_calls_are_explained(
    shop: Path, call: Any, arguments: tuple[str, ...], message: str
) -> None:
    """A call that makes no sense exits with 2 and says why."""
    result = call(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_migration_that_is_not_there_is_explained(shop: Path, call: Any) -> None:
    """An unknown name lists those that exist."""
    call("makemigrations")
    result = call("migrate", "0009")
    assert result.exit_code == 1
    assert "TRI-MIGRATION-018" in result.stderr
    assert "0001_initial" in result.stderr


def test_check_online_fails_until_a_danger_is_reviewed(shop: Path, call: Any) -> None:
    """It tells the lock and the online form; ``reviewed`` in the file says why it is harmless."""
    call("makemigrations")
    call("migrate")
    second = shop / "migrations" / "0002_drop.py"
    body = (
        "from trimaran.db import migrations as m\n\ndependencies = ['0001_initial']\n\n"
        "operations = [m.DropColumn('cli_film', 'title')]\n"
    )
    second.write_text(body)
    told = call("migrate", "--check-online")
    assert told.exit_code == 1
    assert "TRI-MIGRATION-035 0002_drop, drop column cli_film.title" in told.stderr
    second.write_text(body + "reviewed = 'No code reads it.'\n")
    assert call("migrate", "--check-online").stdout == "A running application feels none of it.\n"


def test_a_database_by_its_alias(shop: Path, call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--database`` migrates another one of the settings."""
    monkeypatch.setenv("TRIMARAN_DATABASES", '{"archive": "sqlite:///archive.sqlite3"}')
    call("makemigrations")
    assert call("migrate", "--database", "archive").stdout == "apply 0001_initial\n"
    assert call("showmigrations", "--database", "archive").stdout.startswith("[x] 0001_initial")
    assert call("showmigrations").stdout == "[ ] 0001_initial\n"
    refused = call("migrate", "--database", "nowhere")
    assert "There are: archive, default." in refused.stderr
