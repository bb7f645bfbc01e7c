"""What an application feels of each operation; on PostgreSQL, by its manual."""

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.db.migrations.safety import dangers
from trimaran.db.migrations.state import State

FILM = m.CreateTable(
    "film",
    columns=[
        m.Column("id", sa.BigInteger(), identity=True),
        m.Column("title", sa.String(50), null=True),
        m.Column("price", sa.Numeric(6, 2), null=True),
        m.Column("year", sa.Integer(), null=True),
    ],
    constraints=[m.PrimaryKey(["id"], name="pk_film")],
    indexes=[m.Index(["year"], name="ix_year")],
)
YEAR = m.Check("year > 1900", name="ck_year")
SELF = m.ForeignKey(["year"], "film", ["id"], name="fk_film")


async def _work(data):
    """Stands for a data migration."""


def _before(*operations):
    state = State()
    for operation in (FILM, *operations):
        operation.apply(state)
    return state


def _ids(*operations, atomic=True, before=()):
    found = dangers(operations, _before(*before), name="0002_x", atomic=atomic)
    return [danger.effect.id.removeprefix("TRI-MIGRATION-") for danger in found]


def _column(name, type_, **options):
    return m.Column(name, type_, **options)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (m.AddIndex("film", m.Index(["title"], name="ix")), "030"),
        (m.AddConstraint("film", YEAR), "031"),
        (m.AddConstraint("film", SELF), "031"),
        (m.AddConstraint("film", m.Unique(["title"], name="uq")), "032"),
        (m.AddColumn("film", _column("seen", sa.DateTime(), default="clock_timestamp()")), "033"),
        (m.AddColumn("film", _column("no", sa.Integer(), identity=True)), "033"),
        (m.AddColumn("film", _column("n", sa.Uuid()), fill=m.Sql("gen_random_uuid()")), "033"),
        (m.AlterColumn("film", _column("year", sa.BigInteger(), null=True)), "033"),
        (m.AlterColumn("film", _column("title", sa.String(20), null=True)), "033"),
        (m.AlterColumn("film", _column("year", sa.Integer()), fill=0), "034"),
        (m.Backfill("film", "year", 0), "034"),
        (m.DropColumn("film", "year"), "035"),
        (m.RenameColumn("film", "year", "made"), "035"),
        (m.RenameTable("film", "movie"), "035"),
        (m.DropTable("film"), "035"),
        (m.RunSQL("DELETE FROM film"), "036"),
        (m.RunPython(_work), "036"),
        (m.AlterColumn("film", _column("year", sa.Integer())), "037"),
        (
            m.SeparateDatabaseAndState(database_operations=[m.AddConstraint("film", YEAR)]),
            "031",
        ),
    ],
)
def test_a_danger(operation, expected):
    """It is told with its lock and the online form."""
    assert _ids(operation) == [expected]
    (danger,) = dangers([operation], _before(), name="0002_x", atomic=True)
    assert "0002_x" in str(danger)
    assert danger.effect.mend


@pytest.mark.parametrize(
    "operation",
    [
        m.CreateTable("actor", columns=[_column("id", sa.Integer())]),
        m.AddColumn("film", _column("stars", sa.Integer(), null=True)),
        m.AddColumn("film", _column("stars", sa.Integer(), default="0")),
        m.AddColumn("film", _column("stars", sa.Integer()), fill=3),
        m.AddColumn("film", _column("at", sa.DateTime(), default="CURRENT_TIMESTAMP")),
        m.AlterColumn("film", _column("title", sa.String(80), null=True)),
        m.AlterColumn("film", _column("title", sa.Text(), null=True)),
        m.AlterColumn("film", _column("price", sa.Numeric(9, 2), null=True)),
        m.AlterColumn("film", _column("year", sa.Integer(), null=True, default="1999")),
        m.AddConstraintNotValid("film", YEAR),
        m.DropIndex("film", "ix_year"),
        m.RenameIndex("film", "ix_year", "ix_made"),
        m.SetComment("film", "Films."),
        m.RunSQL(""),
    ],
)
def test_no_danger(operation):
    """Brief locks, and what PostgreSQL does without a look at the rows."""
    assert _ids(operation) == []


def test_beside_the_application_without_a_transaction():
    """Concurrent indexes, batches and functions that commit as they go."""
    index = m.AddIndexConcurrently("film", m.Index(["title"], name="ix"))
    assert _ids(index, m.Backfill("film", "year", 0), m.RunPython(_work), atomic=False) == []


def test_a_column_that_a_check_knows_to_be_filled():
    """SET NOT NULL needs no look at the rows then."""
    check = m.AddConstraintNotValid("film", m.Check('"year" IS NOT NULL', name="ck_filled"))
    assert _ids(m.AlterColumn("film", _column("year", sa.Integer())), before=[check]) == []


def test_a_table_of_the_same_migration():
    """Nobody uses it yet."""
    create = m.CreateTable("actor", columns=[_column("id", sa.Integer())])
    assert _ids(create, m.AddIndex("actor", m.Index(["id"], name="ix_actor"))) == []


@pytest.mark.parametrize("reviewed", ["", "reviewed = 'The table is empty.'"])
def test_a_reviewed_migration_is_left_out(tmp_path, reviewed):
    """With a reason; without one the check lists it."""
    import asyncio

    from trimaran.db.backends.registry import open_database

    head = "import sqlalchemy as sa\nfrom trimaran.db import migrations as m\n"
    create = "m.CreateTable('film', columns=[m.Column('year', sa.Integer())])"
    first = f"dependencies = []\noperations = [{create}]"
    second = f"{reviewed}\ndependencies = ['0001_a']\noperations = [m.DropColumn('film', 'year')]"
    (tmp_path / "0001_a.py").write_text(f"{head}{first}\n")
    (tmp_path / "0002_b.py").write_text(f"{head}{second}\n")

    async def main():
        database = open_database("sqlite://")
        try:
            return await m.check_online(database, tmp_path)
        finally:
            await database.close()

    assert [danger.migration for danger in asyncio.run(main())] == ([] if reviewed else ["0002_b"])
