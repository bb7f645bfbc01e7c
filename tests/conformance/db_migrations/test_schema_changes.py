"""Every kind of schema change, on each database, with rows in the tables."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.errors import IntegrityError, MigrationError


def film(*more, title=None):
    return [title if title is not None else sa.Column("title", sa.String(200)), *more]


async def rows(database, sql):
    return [tuple(row) for row in await database.fetch(sql)]


def test_tables_are_created_with_their_parts(lab):
    """A table has its key, constraints and indexes, and its key counts up."""

    async def work(database):
        tables = lab.tables(
            director=[sa.Column("name", sa.String(50), nullable=False, unique=True)],
            film=film(sa.Column("director_id", sa.ForeignKey("director.id"), index=True)),
        )
        await lab.change(database, tables)
        await database.execute("INSERT INTO director (name) VALUES ('Ozu')")
        await database.execute("INSERT INTO film (title, director_id) VALUES ('Late Spring', 1)")
        assert await rows(database, "SELECT * FROM film") == [(1, "Late Spring", 1)]
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO director (name) VALUES ('Ozu')")
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (director_id) VALUES (9)")

    lab.run(work)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (sa.Column("rating", sa.Integer), None),
        (sa.Column("rating", sa.Integer, nullable=False, default=3), 3),
        (sa.Column("rating", sa.Integer, nullable=False, server_default="4"), 4),
        (sa.Column("rating", sa.Text, nullable=False, default="it's\t5:30"), "it's\t5:30"),
        (sa.Column("rating", sa.Text, nullable=False, server_default="a\\b"), "a\\b"),
        (sa.Column("rating", sa.LargeBinary, nullable=False, default=b"\x00'"), b"\x00'"),
        (sa.Column("rating", sa.Numeric(5, 2), nullable=False, default=Decimal("1.50")), 1.5),
    ],
)
def test_a_column_is_added_and_filled(lab, column, value):
    """Rows that are there get the field's default, the database's, or null."""

    async def work(database):
        await lab.change(database, lab.tables(film=film()))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        await lab.change(database, lab.tables(film=film(column._copy())))
        assert await rows(database, "SELECT title, rating FROM film") == [("Ran", value)]

    lab.run(work)


def test_a_filled_column_has_no_default_afterwards(lab):
    """What fills old rows is not taken for new ones."""

    async def work(database):
        await lab.change(database, lab.tables(film=film()))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        rating = sa.Column("rating", sa.Integer, nullable=False, default=3)
        await lab.change(database, lab.tables(film=film(rating)))
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (title) VALUES ('Dodeskaden')")

    lab.run(work)


def test_a_column_is_dropped_with_its_index(lab):
    """The other columns keep their values."""

    async def work(database):
        year = sa.Column("year", sa.Integer, index=True)
        await lab.change(database, lab.tables(film=film(year)))
        await database.execute("INSERT INTO film (title, year) VALUES ('Ran', 1985)")
        made = await lab.change(database, lab.tables(film=film()))
        assert made.warnings == ("column film.year is dropped with its values",)
        assert await rows(database, "SELECT * FROM film") == [(1, "Ran")]

    lab.run(work)


@pytest.mark.parametrize(
    ("before", "after", "stored", "read"),
    [
        (sa.Integer(), sa.BigInteger(), "7", 7),
        (sa.Integer(), sa.Text(), "7", "7"),
        (sa.Text(), sa.Integer(), "'7'", 7),
        (sa.String(10), sa.String(200), "'x'", "x"),
    ],
)
def test_a_column_changes_its_type(lab, before, after, stored, read):
    """Values are converted."""

    async def work(database):
        await lab.change(database, lab.tables(film=film(sa.Column("code", before))))
        await database.execute(f"INSERT INTO film (title, code) VALUES ('Ran', {stored})")
        made = await lab.change(database, lab.tables(film=film(sa.Column("code", after))))
        assert made.operations == ("alter column film.code",)
        assert await rows(database, "SELECT title, code FROM film") == [("Ran", read)]

    lab.run(work)


def test_a_type_changes_under_a_default(lab):
    """A default of the old type makes room for that of the new one."""

    async def work(database):
        text = sa.Column("code", sa.Text, server_default="7")
        await lab.change(database, lab.tables(film=film(text)))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        number = sa.Column("code", sa.Integer, server_default=sa.text("8"))
        await lab.change(database, lab.tables(film=film(number)))
        await database.execute("INSERT INTO film (title) VALUES ('Kagemusha')")
        assert await rows(database, "SELECT code FROM film ORDER BY id") == [(7,), (8,)]

    lab.run(work)


def test_null_is_forbidden_and_allowed_again(lab):
    """With a default, null is replaced by it when it is forbidden."""

    async def work(database):
        loose = lab.tables(film=film(sa.Column("year", sa.Integer)))
        tight = lab.tables(film=film(sa.Column("year", sa.Integer, nullable=False, default=1900)))
        await lab.change(database, loose)
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        await lab.change(database, tight)
        assert await rows(database, "SELECT year FROM film") == [(1900,)]
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (title) VALUES ('Kagemusha')")
        await lab.change(database, loose)
        await database.execute("INSERT INTO film (title) VALUES ('Kagemusha')")

    lab.run(work)


def test_null_is_forbidden_without_a_default(lab):
    """It is warned of, and refused by the database with nothing changed."""

    async def work(database):
        await lab.change(database, lab.tables(film=film(sa.Column("year", sa.Integer))))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        before = await lab.schema(database)
        made = lab.make(lab.tables(film=film(sa.Column("year", sa.Integer, nullable=False))))
        assert "fails if a row holds null" in made.warnings[0]
        with pytest.raises(MigrationError, match="TRI-MIGRATION-022 0002_alter_film_year was"):
            await m.migrate(database, lab.directory)
        assert await lab.schema(database) == before
        assert await m.pending(database, lab.directory) == ["0002_alter_film_year"]

    lab.run(work)


def test_the_database_s_default_comes_and_goes(lab):
    """New rows get the default of their time."""

    async def work(database):
        def tables(default):
            return lab.tables(film=film(sa.Column("year", sa.Integer, server_default=default)))

        for default in (None, "1", "2", None):
            await lab.change(database, tables(default))
            await database.execute("INSERT INTO film (title) VALUES ('x')")
        years = await rows(database, "SELECT year FROM film ORDER BY id")
        assert years == [(None,), (1,), (2,), (None,)]

    lab.run(work)


def test_an_index_comes_and_goes(lab):
    """Plain, unique, partial and on an expression."""

    async def work(database):
        plain = lab.tables(film=film())
        indexed = lab.tables(film=film())
        table = indexed.tables["film"]
        sa.Index("ix_plain", table.c.title, table.c.id)
        sa.Index("ix_unique", table.c.title, unique=True)
        if lab.can("expression indexes"):
            sa.Index("ix_lower", sa.func.lower(table.c.title))
        sa.Index("ix_down", table.c.title.desc())
        part = table.c.id > 5
        if lab.can("partial indexes"):
            sa.Index("ix_part", table.c.title, postgresql_where=part, sqlite_where=part)
        await lab.change(database, plain)
        before = await lab.schema(database)
        made = await lab.change(database, indexed)
        assert len(made.operations) == len(table.indexes)
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (title) VALUES ('Ran'), ('Ran')")
        await lab.change(database, plain)
        assert await lab.schema(database) == before

    lab.run(work)


@pytest.mark.parametrize("kind", ["unique", "check", "foreign key"])
def test_a_constraint_comes_and_goes(lab, kind):
    """A constraint binds from its migration on, and no longer."""
    constraint, bad = {
        "unique": (sa.UniqueConstraint("title", "parent_id"), "('a', 1), ('a', 1)"),
        "check": (sa.CheckConstraint("title <> ''", name="title"), "('', 1)"),
        "foreign key": (sa.ForeignKeyConstraint(["parent_id"], ["film.id"]), "('a', 99)"),
    }[kind]

    async def work(database):
        def tables(*more):
            parent = sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
            return lab.tables(film=film(parent, *more))

        insert = f"INSERT INTO film (title, parent_id) VALUES {bad}"
        await lab.change(database, tables())
        await database.execute("INSERT INTO film (title, parent_id) VALUES ('first', 1)")
        await lab.change(database, tables(constraint))
        with pytest.raises(IntegrityError):
            await database.execute(insert)
        await lab.change(database, tables())
        assert await database.execute(insert) > 0

    lab.run(work)


def test_a_constraint_that_rows_break_is_refused(lab):
    """The migration fails as a whole and says which statement was refused."""

    async def work(database):
        await lab.change(database, lab.tables(film=film()))
        await database.execute("INSERT INTO film (title) VALUES ('Ran'), ('Ran')")
        made = lab.make(lab.tables(film=film(sa.UniqueConstraint("title"))))
        with pytest.raises(MigrationError, match=rf"{made.name} was stopped at `") as caught:
            await m.migrate(database, lab.directory)
        whole = lab.can("transactional DDL")
        told = "Nothing of this migration was kept" if whole else "The steps before it were kept"
        assert told in str(caught.value)

    lab.run(work)


def test_a_foreign_key_that_rows_break_is_refused(lab):
    """On SQLite it shows only when the rebuilt table is checked, before the commit."""

    async def work(database):
        director = sa.Column("director_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"))
        await lab.change(database, lab.tables(director=[], film=film(director)))
        await database.execute("INSERT INTO film (director_id) VALUES (7)")
        before = await lab.schema(database)
        link = sa.Column("director_id", sa.ForeignKey("director.id"))
        lab.make(lab.tables(director=[], film=film(link)))
        with pytest.raises(MigrationError, match="TRI-MIGRATION-022 0002_add_constraint_fk"):
            await m.migrate(database, lab.directory)
        assert await lab.schema(database) == before

    lab.run(work)


def test_tables_that_refer_to_each_other(lab):
    """A circle of references is closed by a constraint added last, and undone."""

    async def work(database):
        def link(target):
            integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
            return sa.Column(f"{target}_id", integer, sa.ForeignKey(f"{target}.id"))

        await lab.change(database, lab.tables(egg=[link("hen")], hen=[link("egg")]))
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO egg (hen_id) VALUES (1)")
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO hen (egg_id) VALUES (1)")
        await m.migrate(database, lab.directory, target="zero")
        assert await lab.schema(database) == []

    lab.run(work)


def test_a_table_is_dropped(lab):
    """What refers to it goes first."""

    async def work(database):
        director = sa.Column("director_id", sa.ForeignKey("director.id"))
        await lab.change(database, lab.tables(director=[], film=film(director)))
        made = await lab.change(database, lab.tables())
        assert made.operations == ("drop table film", "drop table director")
        assert await lab.schema(database) == []

    lab.run(work)


def test_renames_keep_the_data(lab):
    """A table and a column get other names, with their constraints and what refers to them."""

    async def work(database):
        def tables(table, column):
            year = sa.Column(column, sa.Integer, sa.CheckConstraint(f"{column} > 0", name="year"))
            link = sa.Column("of_id", sa.ForeignKey(f"{table}.id"))
            return lab.tables(**{table: film(year), "review": [link]})

        await lab.change(database, tables("movie", "yr"))
        await database.execute("INSERT INTO movie (title, yr) VALUES ('Ran', 1985)")
        await database.execute("INSERT INTO review (of_id) VALUES (1)")
        before = await lab.schema(database)
        await lab.change(database, tables("film", "yr"), renames={"movie": "film"})
        await lab.change(database, tables("film", "year"), renames={"film.yr": "film.year"})
        assert await rows(database, "SELECT title, year FROM film") == [("Ran", 1985)]
        with pytest.raises(IntegrityError):
            await database.execute("DELETE FROM film")
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (title, year) VALUES ('x', -1)")
        await m.migrate(database, lab.directory, target="0001")
        assert await rows(database, "SELECT title, yr FROM movie") == [("Ran", 1985)]
        assert len(await lab.schema(database)) == len(before)

    lab.run(work)


def test_a_computed_column_is_added_and_changed(lab):
    """Its values are computed anew."""

    async def work(database):
        def tables(sql):
            return lab.tables(
                film=film(sa.Column("size", sa.Integer, sa.Computed(sql, persisted=True)))
            )

        await lab.change(database, lab.tables(film=film()))
        await database.execute("INSERT INTO film (title) VALUES ('Ran')")
        await lab.change(database, tables("length(title)"))
        assert await rows(database, "SELECT size FROM film") == [(3,)]
        await lab.change(database, tables("length(title) * 2"))
        assert await rows(database, "SELECT size FROM film") == [(6,)]

    lab.run(work)


def test_names_that_are_keywords_and_need_quotes(lab):
    """Every kind of change works on them."""

    async def work(database):
        def tables(*more):
            named = sa.Column("select", sa.Text, sa.CheckConstraint("\"select\" <> '%s'", name="c"))
            return lab.tables(order=[named, sa.Column("Group by", sa.Integer), *more])

        await lab.change(database, tables())
        await database.execute('INSERT INTO "order" ("select", "Group by") VALUES (\'a\', 1)')
        await lab.change(database, tables(sa.Column("it's", sa.Integer)))
        await lab.change(database, tables(sa.UniqueConstraint("Group by", "select")))
        assert await rows(database, 'SELECT * FROM "order"') == [(1, "a", 1)]
        await m.migrate(database, lab.directory, target="zero")

    lab.run(work)


def test_long_names_are_cut_alike_everywhere(lab):
    """A constraint's name over the limit is shortened, and can still be dropped."""

    async def work(database):
        column = "a" * 60
        tables = lab.tables(film=[sa.Column(column, sa.Integer, unique=True)])
        await lab.change(database, tables)
        await lab.change(database, lab.tables(film=[sa.Column(column, sa.Integer)]))

    lab.run(work)


def test_the_schema_is_that_of_the_tables(lab, tmp_path):
    """Many small migrations and the tables created at once end in the same schema."""

    async def work(database):
        director = sa.Column("director_id", sa.ForeignKey("director.id"), nullable=True)
        title = sa.Column("title", sa.String(200), nullable=False, unique=True, index=True)
        await lab.change(database, lab.tables(film=film(sa.Column("old", sa.Integer))))
        await lab.change(database, lab.tables(film=film(sa.Column("year", sa.Integer, default=1))))
        final = lab.tables(film=film(director, title=title), director=[])
        await lab.change(database, final)
        migrated = await lab.schema(database)
        await m.migrate(database, lab.directory, target="zero")
        assert set(await m.create_tables(database, final)) == {"director", "film"}
        assert normal(await lab.schema(database)) == normal(migrated)

    def normal(schema):
        # In SQLite's CREATE TABLE the columns stand in the order in which they came.
        rows = [
            tuple(
                sorted(line.strip(" \t,") for line in part.splitlines())
                if isinstance(part, str)
                else part
                for part in row
            )
            for row in schema
        ]
        return sorted(rows, key=repr)

    lab.run(work)


def test_parts_are_renamed(lab):
    """An index and a constraint get other names and go on binding."""

    async def work(database):
        def tables(index, unique):
            metadata = sa.MetaData()
            title, year = sa.Column("title", sa.Text), sa.Column("year", sa.Integer)
            parts = sa.UniqueConstraint("year", name=unique), sa.Index(index, "title", unique=True)
            sa.Table("film", metadata, lab.key(), title, year, *parts)
            return metadata

        await lab.change(database, tables("one", "two"))
        made = await lab.change(database, tables("uno", "two"))
        assert made.operations == ("rename index one to uno",)
        made = await lab.change(database, tables("uno", "due"))
        assert made.operations == ("rename constraint two to due",)
        for values in ("('a', 1), ('a', 2)", "('a', 1), ('b', 1)"):
            with pytest.raises(IntegrityError):
                await database.execute(f"INSERT INTO film (title, year) VALUES {values}")

    lab.run(work)


def test_comments_come_and_go(lab):
    """Of tables and columns, where the database keeps them; nothing is left to make elsewhere."""

    async def work(database):
        def tables(table, column):
            metadata = lab.tables(film=[sa.Column("title", sa.Text, comment=column)])
            metadata.tables["film"].comment = table
            return metadata

        for one, two in (("it's", None), ("new", "a title"), (None, "another"), (None, None)):
            await lab.change(database, tables(one, two))
            if lab.vendor == "postgresql":
                found = await rows(
                    database,
                    "SELECT obj_description(oid), col_description(oid, 2) FROM pg_class "
                    "WHERE oid = 'film'::regclass",
                )
                assert found == [(one, two)]

    lab.run(work)


@pytest.mark.postgres
def test_identities_come_and_go(postgres_lab):
    """A column that is no key begins and ceases to count."""
    lab = postgres_lab

    async def work(database):
        def tables(*identity):
            number = sa.Column("number", sa.Integer, *identity, nullable=False)
            return lab.tables(film=[sa.Column("title", sa.Text), number])

        await lab.change(database, tables())
        await lab.change(database, tables(sa.Identity(start=5)))
        await database.execute("INSERT INTO film (title) VALUES ('a')")
        await lab.change(database, tables(sa.Identity(start=5, always=True)))
        assert await rows(database, "SELECT number FROM film") == [(5,)]
        await lab.change(database, tables())
        with pytest.raises(IntegrityError):
            await database.execute("INSERT INTO film (title) VALUES ('b')")

    lab.run(work)


SCHEMAS = """
dependencies = []
operations = [
    m.RunSQL("CREATE SCHEMA audit", "DROP SCHEMA audit"),
    m.CreateTable("audit.entry", columns=[m.Column("text", sa.Text())]),
    m.AddColumn("audit.entry", m.Column("id", sa.Integer()), fill=1),
    m.AddConstraint("audit.entry", m.PrimaryKey(["id"], name="pk")),
    m.AddIndex("audit.entry", m.Index(["text"], name="ix")),
    m.RenameIndex("audit.entry", "ix", "ix_text"),
    m.AlterColumn("audit.entry", m.Column("text", sa.String(9), null=True)),
    m.RenameColumn("audit.entry", "text", "note"),
    m.RenameTable("audit.entry", "public.noted"),
    m.DropIndex("public.noted", "ix_text"),
]
"""


@pytest.mark.postgres
def test_tables_in_schemas(postgres_lab):
    """Every kind of change works on them, and a table moves from one to another, and back."""
    lab = postgres_lab
    lab.write("0001_audit", SCHEMAS)

    async def work(database):
        await m.migrate(database, lab.directory)
        await database.execute("INSERT INTO noted (id, note) VALUES (1, 'x')")
        await m.migrate(database, lab.directory, target="zero")
        assert await lab.schema(database) == []

    lab.run(work)


def test_schemas_are_not_sqlite_s(sqlite_lab):
    """What it cannot do is said before anything is done."""
    sqlite_lab.write("0001_audit", SCHEMAS.replace("audit.entry", "entry"))

    async def work(database):
        with pytest.raises(
            MigrationError, match=r"TRI-MIGRATION-006 .*0001_audit\.py: SQLite has no"
        ):
            await m.migrate(database, sqlite_lab.directory)
        assert await sqlite_lab.schema(database) == []

    sqlite_lab.run(work)
