"""Going forwards and backwards, faking, data migrations, and what SQLite's rebuild must keep."""

import asyncio

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.errors import IntegrityError, MigrationError


def names(done):
    return [str(planned) for planned in done]


def versions(lab):
    """Three migrations: a table, a column with rows to fill, an index."""
    year = sa.Column("year", sa.Integer, nullable=False, default=1900)
    lab.make(lab.tables(film=[sa.Column("title", sa.Text)]))
    lab.make(lab.tables(film=[sa.Column("title", sa.Text), year]))
    year = sa.Column("year", sa.Integer, nullable=False, default=1900, index=True)
    lab.make(lab.tables(film=[sa.Column("title", sa.Text), year]))


def test_forwards_and_backwards(lab):
    """To a target, to the head, back, to nothing, and each time the schema is what it was."""
    versions(lab)

    async def work(database):
        async def go(target):
            done = await m.migrate(database, lab.directory, target=target)
            return names(done), await lab.schema(database)

        done, one = await go("0001")
        assert done == ["apply 0001_initial"]
        done, three = await go("head")
        assert done == ["apply 0002_add_film_year", "apply 0003_add_index_ix_film_year"]
        done, again = await go("0001_initial")
        assert done == ["undo 0003_add_index_ix_film_year", "undo 0002_add_film_year"]
        assert again == one
        assert (await go("head"))[1] == three
        assert (await go("zero"))[1] == []
        assert await go("zero") == ([], [])

    lab.run(work)


def test_what_is_applied_can_be_seen(lab):
    """``pending``, ``show_migrations`` and ``plan_migrations`` agree."""
    versions(lab)

    async def work(database):
        assert len(await m.pending(database, lab.directory)) == 3
        await m.migrate(database, lab.directory, target="0002")
        assert await m.pending(database, lab.directory) == ["0003_add_index_ix_film_year"]
        shown = await m.show_migrations(database, lab.directory)
        assert [(item.name[:4], bool(item.applied_at)) for item in shown] == [
            ("0001", True),
            ("0002", True),
            ("0003", False),
        ]
        assert all(item.applied_at is None or item.applied_at.tzinfo for item in shown)
        plan = await m.plan_migrations(database, lab.directory, target="zero")
        assert names(plan) == ["undo 0002_add_film_year", "undo 0001_initial"]

    lab.run(work)


def test_faking_writes_down_and_does_nothing(lab):
    """Forwards over tables that are there already, and backwards again."""
    versions(lab)

    async def work(database):
        await m.migrate(database, lab.directory, fake=True)
        assert await lab.schema(database) == []
        assert await m.pending(database, lab.directory) == []
        await m.migrate(database, lab.directory, target="zero", fake=True)
        assert len(await m.pending(database, lab.directory)) == 3

    lab.run(work)


def test_a_table_that_is_there_already_is_told_of(lab):
    """As after ``create_tables``: the mend is to write down that the migration is applied."""

    async def work(database):
        tables = lab.tables(film=[sa.Column("title", sa.Text)])
        assert await m.create_tables(database, tables) == ["film"]
        lab.make(tables)
        with pytest.raises(MigrationError, match="TRI-MIGRATION-024") as caught:
            await m.migrate(database, lab.directory)
        assert "trimaran migrate 0001_initial --fake" in str(caught.value)

    lab.run(work)


def test_tables_are_created_once_and_never_changed(lab):
    """``create_tables`` makes what is missing and refuses a table that lacks a column."""

    async def work(database):
        old = lab.tables(film=[sa.Column("title", sa.Text, index=True)])
        assert await m.create_tables(database, old) == ["film"]
        assert await m.create_tables(database, old) == []
        new = lab.tables(film=[sa.Column("title", sa.Text), sa.Column("year", sa.Integer)])
        with pytest.raises(MigrationError, match=r"'film' has no column year, .*migrate --fake"):
            await m.create_tables(database, new)

    lab.run(work)


DATA = """
async def shout(data: m.Data) -> None:
    film = data.tables["film"]
    await data.execute(film.update().values(title=sa.func.upper(film.c.title)))
    for id, title in await data.fetch(sa.select(film.c.id, film.c.title).where(film.c.id > 0)):
        await data.execute(film.insert().values(title=title + "!", id=id + 100))

dependencies = ["0001_initial"]
operations = [
    m.AddColumn("film", m.Column("note", sa.Text(), null=True)),
    m.RunPython(shout, m.nothing),
    m.RunSQL("UPDATE film SET note = 'a;b'; UPDATE film SET note = note || 'c' WHERE id = 1", ""),
]
"""


def test_data_migrations(lab):
    """Python and SQL steps see the tables as they stand between the other steps."""

    async def work(database):
        await lab.change(database, lab.tables(film=[sa.Column("title", sa.Text)]))
        await database.execute("INSERT INTO film (title) VALUES ('ran')")
        lab.write("0002_shout", DATA)
        await m.migrate(database, lab.directory)
        rows = await database.fetch("SELECT id, title, note FROM film ORDER BY id")
        assert [tuple(row) for row in rows] == [(1, "RAN", "a;bc"), (101, "RAN!", "a;b")]
        assert "-- calls shout()" in m.migration_sql(database, lab.directory, "0002")
        done = await m.migrate(database, lab.directory, target="0001")
        assert names(done) == ["undo 0002_shout"]

    lab.run(work)


VALUES = """
import datetime, decimal, uuid
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone.utc)
async def fill(data: m.Data) -> None:
    await data.execute(data.tables["thing"].insert().values(
        moment=MOMENT, day=MOMENT.date(), price=decimal.Decimal("1.50"), flag=True, doc={"a": [1]},
        key=uuid.UUID(int=7), blob=b"x", text="t", number=5, real=0.5,
        naive=MOMENT.replace(tzinfo=None),
    ))
dependencies = ["0001_initial"]
operations = [m.RunPython(fill, m.nothing)]
"""


def every_type():
    """One column of each type of which models have fields."""
    from sqlalchemy.dialects import postgresql

    types = {
        "moment": sa.DateTime(timezone=True),
        "naive": sa.DateTime(),
        "day": sa.Date(),
        "clock": sa.Time(),
        "span": sa.Interval().with_variant(sa.BigInteger(), "sqlite"),
        "price": sa.Numeric(8, 2),
        "flag": sa.Boolean(),
        "doc": sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
        "key": sa.Uuid(),
        "blob": sa.LargeBinary(),
        "text": sa.Text(),
        "short": sa.String(20),
        "number": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        "real": sa.Double(),
    }
    return [sa.Column(name, type_) for name, type_ in types.items()]


def test_data_migrations_store_values_as_models_do(lab):
    """Each type of value arrives, and nothing is left to make for any type of column."""

    async def work(database):
        await lab.change(database, lab.tables(thing=every_type()))
        lab.write("0002_fill", VALUES)
        await m.migrate(database, lab.directory)
        row = await database.fetch_row('SELECT text, number, "real", "blob", flag FROM thing')
        assert tuple(row) == ("t", 5, 0.5, b"x", True)
        count = "SELECT count(*) FROM thing WHERE moment IS NOT NULL AND doc IS NOT NULL"
        assert (await database.fetch_row(count))[0] == 1

    lab.run(work)


def test_every_type_can_be_filled(lab):
    """Adding a column of any type to a table with rows fills them with the default."""
    import datetime
    import decimal
    import uuid

    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.UTC)
    defaults = {
        "moment": moment,
        "naive": moment.replace(tzinfo=None),
        "day": moment.date(),
        "clock": datetime.time(1, 2, 3),
        "span": datetime.timedelta(days=1, seconds=2),
        "price": decimal.Decimal("1.50"),
        "flag": True,
        "doc": {"a": [1, "it's"]},
        "key": uuid.UUID(int=7),
        "blob": b"x",
        "text": "it's",
        "short": "%s",
        "number": 5,
        "real": 0.5,
    }

    async def work(database):
        await lab.change(database, lab.tables(thing=[]))
        await database.execute("INSERT INTO thing (id) VALUES (1)")
        columns = [
            sa.Column(column.name, column.type, nullable=False, default=defaults[column.name])
            for column in every_type()
        ]
        await lab.change(database, lab.tables(thing=columns))
        row = await database.fetch_row(
            'SELECT text, short, number, "real", "blob", flag FROM thing'
        )
        assert tuple(row) == ("it's", "%s", 5, 0.5, b"x", True)

    lab.run(work)


def test_an_operation_without_a_way_back(lab):
    """Going back stops before anything is done."""

    async def work(database):
        await lab.change(database, lab.tables(film=[]))
        lab.write(
            "0002_shout", 'dependencies = ["0001_initial"]\noperations = [m.RunSQL("SELECT 1")]\n'
        )
        await m.migrate(database, lab.directory)
        with pytest.raises(MigrationError, match=r"0002_shout cannot be undone.* `run SQL`"):
            await m.migrate(database, lab.directory, target="0001")
        assert await m.pending(database, lab.directory) == []

    lab.run(work)


def test_a_data_step_that_fails_takes_the_schema_with_it(lab):
    """The column that was added before it is gone again."""
    lab.needs("transactional DDL")

    async def work(database):
        await lab.change(database, lab.tables(film=[]))
        before = await lab.schema(database)
        lab.write("0002_shout", DATA.replace('data.tables["film"]', "data.missing"))
        with pytest.raises(AttributeError, match="missing"):
            await m.migrate(database, lab.directory)
        assert await lab.schema(database) == before

    lab.run(work)


def test_a_data_step_that_the_database_refuses_is_named(lab):
    """As a statement is, with what the database said."""

    async def work(database):
        await lab.change(database, lab.tables(film=[]))
        text = DATA.replace('data.tables["film"]', 'sa.table("gone", sa.column("title"))')
        lab.write("0002_shout", text)
        with pytest.raises(MigrationError, match=r"0002_shout was stopped at `shout\(\)`: TRI-DB-"):
            await m.migrate(database, lab.directory)
        assert await m.pending(database, lab.directory) == ["0002_shout"]

    lab.run(work)


def test_deletions_cascade_in_a_data_migration(lab):
    """Foreign keys are enforced in a migration that rebuilds no table, on SQLite too."""
    delete = (
        'dependencies = ["0001_initial"]\noperations = [m.RunSQL("DELETE FROM director", "")]\n'
    )

    async def work(database):
        link = sa.Column("director_id", sa.ForeignKey("director.id", ondelete="CASCADE"))
        await lab.change(database, lab.tables(director=[], film=[link]))
        await database.execute("INSERT INTO director (id) VALUES (1)")
        await database.execute("INSERT INTO film (director_id) VALUES (1)")
        lab.write("0002_delete", delete)
        await m.migrate(database, lab.directory)
        assert (await database.fetch_row("SELECT count(*) FROM film"))[0] == 0

    lab.run(work)


def test_rows_that_refer_to_a_changed_table_stay(lab):
    """Altering a table deletes nothing that refers to it with ``on_delete="cascade"``."""

    async def work(database):
        def tables(name):
            link = sa.Column("director_id", sa.ForeignKey("director.id", ondelete="CASCADE"))
            return lab.tables(director=[sa.Column("name", name)], film=[link])

        await lab.change(database, tables(sa.String(10)))
        await database.execute("INSERT INTO director (name) VALUES ('Ozu')")
        await database.execute("INSERT INTO film (director_id) VALUES (1)")
        await lab.change(database, tables(sa.String(20)))
        assert (await database.fetch_row("SELECT count(*) FROM film"))[0] == 1
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (director_id) VALUES (9)")
        await database.execute("DELETE FROM director")
        assert (await database.fetch_row("SELECT count(*) FROM film"))[0] == 0

    lab.run(work)


def test_what_others_made_survives_a_change(sqlite_lab):
    """Indexes, triggers and views that no migration knows of are there after it."""

    async def work(database):
        await sqlite_lab.change(
            database, sqlite_lab.tables(film=[sa.Column("title", sa.String(10)), log()])
        )
        await database.execute_script(
            "CREATE INDEX own ON film (title);"
            "CREATE VIEW titles AS SELECT title FROM film;"
            "CREATE TRIGGER note AFTER INSERT ON film BEGIN"
            " UPDATE film SET log = 'seen; ' || new.title WHERE id = new.id; END;"
        )
        await sqlite_lab.change(
            database, sqlite_lab.tables(film=[sa.Column("title", sa.String(20)), log()])
        )
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        rows = await database.fetch("SELECT titles.title, log FROM titles, film")
        assert [tuple(row) for row in rows] == [("Ran", "seen; Ran")]
        sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'own'"
        assert (await database.fetch_row(sql))[0] == 1

    def log():
        return sa.Column("log", sa.Text)

    sqlite_lab.run(work)


def test_a_counter_goes_on_after_a_rebuild(sqlite_lab):
    """An AUTOINCREMENT key never gives a number twice."""

    def tables(size):
        metadata = sa.MetaData()
        key = sa.Column("id", sa.Integer, primary_key=True)
        title = sa.Column("title", sa.String(size))
        sa.Table("film", metadata, key, title, sqlite_autoincrement=True)
        return metadata

    async def work(database):
        await sqlite_lab.change(database, tables(10))
        await database.execute("INSERT INTO film (title) VALUES ('a'), ('b')")
        await database.execute("DELETE FROM film")
        await sqlite_lab.change(database, tables(20))
        await database.execute("INSERT INTO film (title) VALUES ('c')")
        assert (await database.fetch_row("SELECT id FROM film"))[0] == 3

    sqlite_lab.run(work)


def test_a_database_that_is_ahead_of_the_files(lab):
    """Nothing is done to it while it lacks nothing; otherwise the stories do not fit."""
    versions(lab)

    async def work(database):
        await m.migrate(database, lab.directory)
        (lab.directory / "0003_add_index_ix_film_year.py").unlink()
        assert await m.migrate(database, lab.directory) == []
        shown = await m.show_migrations(database, lab.directory)
        assert [item.present for item in shown] == [True, True, False]
        lab.write("0003_other", 'dependencies = ["0002_add_film_year"]\noperations = []\n')
        with pytest.raises(MigrationError, match=r"TRI-MIGRATION-019 .*has 0003_add_index_ix_film"):
            await m.migrate(database, lab.directory)

    lab.run(work)


def test_another_process_s_lock_is_waited_for(lab):
    """A migration waits while another one runs, and gives up after a while."""
    versions(lab)

    async def work(database):
        from trimaran.db.backends.registry import open_database
        from trimaran.db.migrations.history import History

        url = lab.url + ("?busy_timeout=0.1" if lab.vendor == "sqlite" else "")
        other = open_database(url)
        async with History(database).exclusive(enforce=False, patience=1):
            with pytest.raises(MigrationError, match="TRI-MIGRATION-021 Another process has been"):
                await m.migrate(other, lab.directory, lock_timeout=0.3)
            waiting = asyncio.create_task(m.migrate(other, lab.directory))
            await asyncio.sleep(0.2)
        assert len(await waiting) == 3
        await other.close()

    lab.run(work)
