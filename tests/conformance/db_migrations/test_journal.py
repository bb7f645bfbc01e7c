"""MariaDB commits each change of a table: an interrupted migration goes on where it was."""

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.errors import MigrationError

pytestmark = pytest.mark.mariadb

STEPS = """
dependencies = ["0001_initial"]
operations = [
    m.AddColumn("film", m.Column("note", sa.Text(), null=True)),
    m.RunSQL("UPDATE film SET note = 'x'; INSERT INTO film (id, note) VALUES ({key}, 'y')", ""),
    m.AddColumn("film", m.Column("year", sa.Integer(), null=True)),
]
"""


async def _interrupt(lab, database):
    """Stop the migration at its third step: a row with this key is there."""
    await lab.change(database, lab.tables(film=[]))
    await database.execute("INSERT INTO film (id) VALUES (7)")
    lab.write("0002_more", STEPS.format(key=7))
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-022 .*goes on here"):
        await m.migrate(database, lab.directory)


def test_a_refused_migration_goes_on_where_it_was(mariadb_lab):
    """The column is added once, rows are changed together with the step's number."""

    async def work(database):
        await _interrupt(mariadb_lab, database)
        assert list(await database.fetch("SELECT id, note FROM film")) == [(7, None)]
        mariadb_lab.write("0002_more", STEPS.format(key=8))
        await m.migrate(database, mariadb_lab.directory)
        rows = await database.fetch("SELECT id, note, year FROM film ORDER BY id")
        assert list(rows) == [(7, "x", None), (8, "y", None)]
        assert await database.fetch("SELECT * FROM trimaran_migration_steps") == []

    mariadb_lab.run(work)


def test_steps_that_were_taken_may_not_change(mariadb_lab):
    """The error says how to get out."""

    async def work(database):
        await _interrupt(mariadb_lab, database)
        row = "UPDATE trimaran_migration_steps SET step = 1, digest = 'other'"
        await database.execute(row)
        with pytest.raises(MigrationError, match=r"TRI-MIGRATION-025 .*interrupted at its step 2"):
            await m.migrate(database, mariadb_lab.directory)

    mariadb_lab.run(work)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda film: sa.Index("ix", sa.func.lower(film.c.title)), "no index on an expression"),
        (
            lambda film: sa.Index(
                "ix", film.c.title, unique=True, postgresql_where=film.c.title > "a"
            ),
            "no index with a condition",
        ),
    ],
)
def test_an_index_that_mariadb_does_not_have_is_refused(mariadb_lab, make, message):
    """Rather than made as another one."""

    async def work(database):
        tables = mariadb_lab.tables(film=[sa.Column("title", sa.String(20))])
        make(tables.tables["film"])
        mariadb_lab.make(tables)
        with pytest.raises(MigrationError, match=f"TRI-MIGRATION-006 .*{message}"):
            await m.migrate(database, mariadb_lab.directory)

    mariadb_lab.run(work)
