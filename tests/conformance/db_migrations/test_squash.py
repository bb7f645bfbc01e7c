"""Several migrations as one, on databases that have all, none or some of them."""

import pytest

from trimaran.db import migrations as m
from trimaran.errors import MigrationError

FIRST = """
dependencies = []
operations = [m.CreateTable("film", columns=[m.Column("id", sa.Integer()),
    m.Column("title", sa.String(9), null=True)],
    constraints=[m.PrimaryKey(["id"], name="pk_film")])]
"""
SECOND = """
dependencies = ["0001_film"]
operations = [m.AddColumn("film", m.Column("stars", sa.Integer(), null=True)),
    m.CreateTable("gone", columns=[m.Column("id", sa.Integer())])]
"""
THIRD = """
async def fill(data): pass
dependencies = ["0002_stars"]
operations = [m.RunPython(fill, m.nothing, elidable=True),
    m.RunSQL("INSERT INTO film (id, stars) VALUES (7, 1)", "DELETE FROM film"),
    m.RenameColumn("film", "stars", "rating"), m.DropTable("gone")]
"""
FOURTH = """
dependencies = ["0003_rating"]
operations = [m.AddIndex("film", m.Index(["rating"], name="ix_rating"))]
"""


@pytest.fixture
def film(lab):
    """A folder of four migrations."""
    for name, text in [
        ("0001_film", FIRST),
        ("0002_stars", SECOND),
        ("0003_rating", THIRD),
        ("0004_index", FOURTH),
    ]:
        lab.write(name, text)
    return lab


def _names(steps):
    return [str(step) for step in steps]


def test_an_empty_database_gets_the_squashed_one_alone(film):
    """What was made and dropped in between is left out; SQL stays in its place."""
    made = m.squash_migrations(film.directory, "0003")
    assert made.name == "0001_squashed_0003_rating"
    assert "create table film" in made.operations
    assert "run SQL" in made.operations

    async def work(database):
        done = await m.migrate(database, film.directory)
        row = tuple(await database.fetch_row("SELECT id, rating FROM film"))
        return _names(done), row, await m.pending(database, film.directory)

    assert film.run(work) == (["apply 0001_squashed_0003_rating", "apply 0004_index"], (7, 1), [])


def test_a_database_that_has_all_counts_as_having_the_squashed_one(film):
    """The old files can go then, and what is left of them be forgotten."""

    async def work(database):
        await m.migrate(database, film.directory)
        m.squash_migrations(film.directory, "0003")
        assert await m.migrate(database, film.directory) == []
        for name in ("0001_film", "0002_stars", "0003_rating"):
            (film.directory / f"{name}.py").unlink()
        gone = await m.prune_migrations(database, film.directory)
        shown = await m.show_migrations(database, film.directory)
        return gone, [(one.name, one.applied_at is not None) for one in shown]

    gone, shown = film.run(work)
    assert gone == ["0001_film", "0002_stars", "0003_rating"]
    assert shown == [("0001_squashed_0003_rating", True), ("0004_index", True)]


def test_a_database_that_has_some_goes_on_with_the_others(film):
    """Then it counts as having the squashed one."""

    async def work(database):
        await m.migrate(database, film.directory, target="0002")
        m.squash_migrations(film.directory, "0003")
        done = _names(await m.migrate(database, film.directory))
        return done, await m.migrate(database, film.directory)

    assert film.run(work) == (["apply 0003_rating", "apply 0004_index"], [])


def test_a_squashed_migration_is_undone(film):
    """With everything that it stands for."""

    async def work(database):
        m.squash_migrations(film.directory, "0002")
        await m.migrate(database, film.directory)
        undone = _names(await m.migrate(database, film.directory, target="zero"))
        again = _names(await m.migrate(database, film.directory))
        return undone, again

    undone, again = film.run(work)
    assert undone == ["undo 0004_index", "undo 0003_rating", "undo 0001_squashed_0002_stars"]
    assert again == ["apply 0001_squashed_0002_stars", "apply 0003_rating", "apply 0004_index"]


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [("", "0001", "nothing to squash"), ("0002", "0003", "is a function")],
)
def test_what_cannot_be_squashed(sqlite_lab, first, last, text):
    """One migration alone, and functions that are needed."""
    sqlite_lab.write("0001_film", FIRST)
    sqlite_lab.write("0002_stars", SECOND)
    sqlite_lab.write("0003_rating", THIRD.replace(", elidable=True", ""))
    with pytest.raises(MigrationError, match=f"TRI-MIGRATION-038 .*{text}"):
        m.squash_migrations(sqlite_lab.directory, last, first=first)
