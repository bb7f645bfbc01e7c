"""Migrations beside a running application: concurrent indexes, batches, locks."""

import asyncio
import textwrap

import pytest

from trimaran.db import migrations as m
from trimaran.db.backends.registry import open_database
from trimaran.errors import MigrationError

FILM = """
dependencies = []
operations = [
    m.CreateTable("film", columns=[
        m.Column("id", sa.Integer(), autoincrement=False),
        m.Column("title", sa.String(50), null=True),
        m.Column("year", sa.Integer(), null=True),
    ], constraints=[m.PrimaryKey(["id"], name="pk_film")]),
]
"""


def _operations(lab, name, text, *, after="0001_film", head=""):
    body = textwrap.indent(textwrap.dedent(text), "    ")
    lab.write(name, f"dependencies = ['{after}']\n{head}\noperations = [\n{body}\n]\n")


def _indexes(lab):
    return {
        "postgresql": "SELECT indexname::text FROM pg_indexes WHERE tablename = 'film'",
        "mariadb": "SELECT DISTINCT index_name FROM information_schema.statistics"
        " WHERE table_schema = DATABASE() AND table_name = 'film'",
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'film'",
    }[lab.vendor]


def test_an_index_is_made_and_dropped_concurrently(lab):
    """With ``atomic = False``; other databases make it in the ordinary way."""
    lab.write("0001_film", FILM)
    index = 'm.AddIndexConcurrently("film", m.Index(["year"], name="ix_film_year")),'
    _operations(lab, "0002_index", index, head="atomic = False")

    async def work(database):
        await m.migrate(database, lab.directory)
        made = {row[0] for row in await database.fetch(_indexes(lab))}
        await m.migrate(database, lab.directory, target="0001")
        left = {row[0] for row in await database.fetch(_indexes(lab))}
        return "ix_film_year" in made, "ix_film_year" in left

    assert lab.run(work) == (True, False)


@pytest.mark.postgres
def test_a_concurrent_index_needs_a_migration_without_a_transaction(postgres_lab):
    """The error names the file and what to write into it."""
    lab = postgres_lab
    lab.write("0001_film", FILM)
    index = 'm.AddIndexConcurrently("film", m.Index(["year"], name="ix_film_year")),'
    _operations(lab, "0002_index", index)
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-027 .*0002_index.py.*atomic = False"):
        lab.run(lambda database: m.migrate(database, lab.directory))


@pytest.mark.postgres
def test_an_invalid_index_of_an_interrupted_attempt_is_made_anew(postgres_lab):
    """A concurrent build that fails leaves one behind."""
    lab = postgres_lab
    lab.write("0001_film", FILM)
    index = 'm.AddIndexConcurrently("film", m.Index(["year"], name="ix_year", unique=True)),'
    _operations(lab, "0002_index", index, head="atomic = False")
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_year')"

    async def work(database):
        await m.migrate(database, lab.directory, target="0001")
        await database.execute("INSERT INTO film (id, year) VALUES (1, 2000), (2, 2000)")
        with pytest.raises(MigrationError, match="TRI-MIGRATION-022"):
            await m.migrate(database, lab.directory)
        broken = (await database.fetch_row(valid))[0]
        await database.execute("DELETE FROM film WHERE id = 2")
        await m.migrate(database, lab.directory)
        left = await database.fetch("SELECT * FROM trimaran_migration_steps")
        return broken, (await database.fetch_row(valid))[0], list(left)

    assert lab.run(work) == (False, True, [])


def test_rows_are_filled_in_batches(lab):
    """Every NULL gets the value, whatever the size; a NULL for a value does not go on for ever."""
    lab.write("0001_film", FILM)
    text = """
        m.Backfill("film", "year", 1999, size=7),
        m.Backfill("film", "title", m.Sql("NULL"), size=7),
    """
    _operations(lab, "0002_fill", text, head="atomic = False")

    async def work(database):
        await m.migrate(database, lab.directory, target="0001")
        for key in range(30):
            await database.execute(f"INSERT INTO film (id) VALUES ({key})")
        await m.migrate(database, lab.directory)
        await m.migrate(database, lab.directory, target="0001")
        row = await database.fetch_row("SELECT count(year), count(title), max(year) FROM film")
        return tuple(row)

    assert lab.run(work) == (30, 0, 1999)


def test_a_constraint_is_added_first_and_validated_later(lab):
    """On PostgreSQL the rows that are there may break it until then."""
    lab.write("0001_film", FILM)
    add = 'm.AddConstraintNotValid("film", m.Check("year > 1900", name="ck_film_year")),'
    _operations(lab, "0002_check", add)
    _operations(lab, "0003_ok", 'm.ValidateConstraint("film", "ck_film_year"),', after="0002_check")

    async def work(database):
        await m.migrate(database, lab.directory, target="0001")
        await database.execute("INSERT INTO film (id, year) VALUES (1, 1950)")
        if lab.vendor == "postgresql":
            await database.execute("INSERT INTO film (id, year) VALUES (2, 1800)")
        await m.migrate(database, lab.directory, target="0002")
        if lab.vendor == "postgresql":
            with pytest.raises(MigrationError, match=r"TRI-MIGRATION-022 .*0003_ok"):
                await m.migrate(database, lab.directory)
            await database.execute("DELETE FROM film WHERE id = 2")
        await m.migrate(database, lab.directory)
        return await m.migrate(database, lab.directory, target="0001")

    assert [str(step) for step in lab.run(work)] == ["undo 0003_ok", "undo 0002_check"]


def test_database_and_state_are_changed_apart(lab):
    """What RunSQL did to a table is known to the migrations after it."""
    lab.write("0001_film", FILM)
    text = """
        m.SeparateDatabaseAndState(
            database_operations=[m.RunSQL("ALTER TABLE film ADD COLUMN stars INTEGER",
                                          "ALTER TABLE film DROP COLUMN stars")],
            state_operations=[m.AddColumn("film", m.Column("stars", sa.Integer(), null=True))],
        ),
        m.RenameColumn("film", "stars", "rating"),
    """
    _operations(lab, "0002_apart", text)

    async def work(database):
        await m.migrate(database, lab.directory)
        await database.execute("INSERT INTO film (id, rating) VALUES (1, 5)")
        await m.migrate(database, lab.directory, target="0001")
        await m.migrate(database, lab.directory)
        return tuple(await database.fetch_row("SELECT id, rating FROM film"))

    assert lab.run(work) == (1, None)


def test_models_of_that_time(lab):
    """Functions find them by name, with relations, as they stood then; Django's signature too."""
    lab.write("0001_film", FILM)
    text = """
        m.CreateTable("film_award", columns=[
            m.Column("id", sa.Integer(), autoincrement=False),
            m.Column("film_id", sa.Integer()),
            m.Column("name", sa.String(20)),
        ], constraints=[
            m.PrimaryKey(["id"], name="pk_award"),
            m.ForeignKey(["film_id"], "film", ["id"], name="fk_award_film", on_delete="CASCADE"),
        ]),
        m.RunPython(fill, m.RunPython.noop),
        m.DropColumn("film", "title"),
        m.RunPython(count, m.nothing),
    """
    head = textwrap.dedent("""
        async def fill(apps, schema_editor):
            Film, Award = apps.get_model("cinema", "Film"), apps.get_model("cinema.FilmAward")
            film = await Film.objects.create(id=1, title="Metropolis", year=1927)
            await Award.objects.create(id=1, film=film, name=schema_editor.connection.vendor)
            async for award in Award.objects.filter(film__title="Metropolis"):
                assert (await award.film).year == 1927

        async def count(data):
            Film = data.apps.get_model("Film")
            assert not hasattr(await Film.objects.get(id=1), "title")
            assert await Film.objects.filter(year__gt=1900).update(year=1928) == 1
    """)
    _operations(lab, "0002_award", text, head=head)

    async def work(database):
        await m.migrate(database, lab.directory)
        sql = "SELECT f.year, a.name FROM film f JOIN film_award a ON a.film_id = f.id"
        return tuple(await database.fetch_row(sql))

    assert lab.run(work) == (1928, lab.vendor)


def test_a_model_that_was_not_there(lab):
    """The error lists those that were."""
    lab.write("0001_film", FILM)
    head = "async def fill(apps, editor):\n    apps.get_model('cinema', 'Actor')\n"
    _operations(lab, "0002_fill", "m.RunPython(fill),", head=head)
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-028 .*'Actor'.*There are: Film\."):
        lab.run(lambda database: m.migrate(database, lab.directory))


def test_a_statement_does_not_wait_for_a_lock_for_ever(lab, monkeypatch):
    """It gives up, lets others go, and comes again: here until the other one is done."""
    if lab.vendor == "sqlite":
        pytest.skip("SQLite has one writer, which its busy_timeout is for")
    lab.write("0001_film", FILM)
    _operations(lab, "0002_add", 'm.AddColumn("film", m.Column("stars", sa.Integer(), null=True)),')

    async def work(database):
        await m.migrate(database, lab.directory, target="0001")
        other = open_database(lab.url)
        waiting = asyncio.Event()
        failures = []

        async def hold():
            async with other.atomic():
                await other.fetch("SELECT * FROM film")
                waiting.set()
                while not failures:
                    await asyncio.sleep(0.01)

        def failed(error):
            answer = judge(error)
            failures.append(answer)
            return answer

        from trimaran.db.migrations import executor

        judge = executor.lock_timed_out
        monkeypatch.setattr(executor, "lock_timed_out", failed)
        holder = asyncio.create_task(hold())
        await waiting.wait()
        done = await m.migrate(database, lab.directory, ddl_lock_timeout=1)
        await holder
        await other.close()
        return [str(step) for step in done], failures[0]

    assert lab.run(work) == (["apply 0002_add"], True)


@pytest.mark.postgres
def test_steps_that_are_interrupted_anywhere_are_gone_on_with(postgres_lab, monkeypatch):
    """Before and after each step and each note of a migration without a transaction."""
    from trimaran.db.migrations import journal

    lab = postgres_lab
    lab.write("0001_film", FILM)
    text = """
        m.AddColumn("film", m.Column("stars", sa.Integer(), null=True)),
        m.AddIndexConcurrently("film", m.Index(["stars"], name="ix_stars")),
        m.Backfill("film", "stars", 3, size=2),
        m.RunSQL("INSERT INTO film (id) VALUES (9)", "DELETE FROM film WHERE id = 9"),
        m.DropColumn("film", "title"),
    """
    _operations(lab, "0002_much", text, head="atomic = False")
    run, note = journal.run_steps, journal.StepJournal._note
    left = 0

    def counted(method):
        async def call(*args, **options):
            nonlocal left
            left -= 1
            if left == 0:
                raise ZeroDivisionError
            await method(*args, **options)
            left -= 1
            if left == 0:
                raise ZeroDivisionError

        return call

    monkeypatch.setattr(journal, "run_steps", counted(run))
    monkeypatch.setattr(journal.StepJournal, "_note", counted(note))

    async def work(database):
        nonlocal left
        await m.migrate(database, lab.directory, target="0001")
        await database.execute("INSERT INTO film (id) VALUES (1), (2), (3)")
        deaths = 0
        while True:
            left = deaths + 1
            try:
                await m.migrate(database, lab.directory)
            except ZeroDivisionError:
                deaths += 1
            else:
                break
        rows = await database.fetch("SELECT id, stars FROM film ORDER BY id")
        valid = await database.fetch_row(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_stars')"
        )
        return deaths, [tuple(row) for row in rows], valid[0]

    deaths, rows, valid = lab.run(work)
    assert deaths > 5
    assert rows == [(1, 3), (2, 3), (3, 3), (9, None)]
    assert valid
