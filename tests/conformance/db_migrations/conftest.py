"""A laboratory for migrations: a directory of files and an empty database of each vendor."""

import asyncio
import os
from urllib.parse import urlsplit, urlunsplit

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.db.backends.registry import open_database
from trimaran.db.backends.url import parse_url
from trimaran.errors import TrimaranError

POSTGRES = os.environ.get("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
MARIADB = os.environ.get("TRIMARAN_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test")
CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


_EMPTY = "DROP SCHEMA IF EXISTS audit CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"


# What a database cannot do, so that a test of it is skipped with that reason.
LACKS = {
    "mariadb": {
        "transactional DDL": "MariaDB commits each change of a table by itself",
        "expression indexes": "MariaDB has no index on an expression",
        "partial indexes": "MariaDB has no index with a condition",
    }
}


class Lab:
    """Makes tables, migration files and schema descriptions for one database."""

    def __init__(self, url, directory):
        self.url = url
        self.vendor = parse_url(url).vendor
        self.directory = directory

    def can(self, ability):
        """Whether the database has an ability."""
        return ability not in LACKS.get(self.vendor, {})

    def needs(self, ability):
        """Skip the test where the database lacks an ability, with the reason."""
        if not self.can(ability):
            pytest.skip(LACKS[self.vendor][ability])

    def run(self, work):
        """Run ``work(database)`` in a loop of its own."""

        async def main():
            database = open_database(self.url)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(main())

    def tables(self, **tables):
        """Metadata of tables by name, each a list of columns and constraints after its key."""
        metadata = sa.MetaData(naming_convention=CONVENTION)
        for name, parts in tables.items():
            sa.Table(name, metadata, self.key(), *parts)
        return metadata

    def key(self):
        """An integer key that counts up by itself."""
        integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column("id", integer, sa.Identity(), primary_key=True)

    def make(self, metadata, **options):
        """``makemigrations``."""
        return m.make_migrations(self.directory, metadata, **options)

    def write(self, name, text):
        """Write a migration by hand."""
        self.directory.mkdir(exist_ok=True)
        head = "import sqlalchemy as sa\nfrom trimaran.db import migrations as m\n"
        (self.directory / f"{name}.py").write_text(head + text)

    async def change(self, database, metadata, **options):
        """``makemigrations`` and ``migrate``; then nothing is left to make."""
        made = self.make(metadata, **options)
        await m.migrate(database, self.directory)
        assert self.make(metadata) is None
        return made

    async def schema(self, database):
        """Everything that the database knows of its tables, to compare."""
        if self.vendor == "sqlite":
            rows = await database.fetch(
                "SELECT type, name, tbl_name, replace(sql, '\"', '') FROM sqlite_schema "
                "WHERE name NOT LIKE 'sqlite_%' AND tbl_name <> 'trimaran_migrations' ORDER BY 1, 2"
            )
            return [tuple(row) for row in rows]
        found = []
        for sql in _CATALOGUE if self.vendor == "postgresql" else _CATALOGUE_OF_MARIADB:
            found += [tuple(row) for row in await database.fetch(sql)]
        return found


_CATALOGUE = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity, "
    "character_maximum_length, numeric_precision, numeric_scale FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name <> 'trimaran_migrations' ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace "
    "AND conrelid <> coalesce(to_regclass('trimaran_migrations'), 0) ORDER BY 1, 2",
    "SELECT tablename::text, indexname::text, indexdef FROM pg_indexes "
    "WHERE schemaname = 'public' AND tablename <> 'trimaran_migrations' ORDER BY 1, 2",
)

_CATALOGUE_OF_MARIADB = tuple(
    sql + " AND table_name NOT LIKE 'trimaran_%' ORDER BY 1, 2, 3"
    for sql in (
        "SELECT table_name, column_name, column_type, is_nullable, column_default, extra,"
        " collation_name, generation_expression FROM information_schema.columns"
        " WHERE table_schema = DATABASE()",
        "SELECT table_name, constraint_name, constraint_type"
        " FROM information_schema.table_constraints WHERE table_schema = DATABASE()",
        "SELECT table_name, constraint_name, check_clause"
        " FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()",
        "SELECT table_name, constraint_name, column_name, referenced_table_name,"
        " referenced_column_name FROM information_schema.key_column_usage"
        " WHERE table_schema = DATABASE()",
        "SELECT table_name, constraint_name, delete_rule, update_rule"
        " FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()",
        "SELECT table_name, index_name, seq_in_index, column_name, non_unique, sub_part"
        " FROM information_schema.statistics WHERE table_schema = DATABASE()",
    )
)


async def _mariadb(sql, url):
    database = open_database(f"{url}?connect_timeout=3")
    try:
        await database.execute_script(sql)
    finally:
        await database.close()


@pytest.fixture(scope="session")
def mariadb_url():
    """The address of a MariaDB database of this run's own."""
    name = f"trimaran_migrations_{os.getpid()}"
    try:
        asyncio.run(_mariadb(f"CREATE DATABASE {name}", MARIADB))
    except TrimaranError as error:
        pytest.skip(f"no MariaDB at {MARIADB}: {error}")
    yield urlunsplit(urlsplit(MARIADB)._replace(path=f"/{name}"))
    asyncio.run(_mariadb(f"DROP DATABASE {name}", MARIADB))


async def _postgres(sql, url):
    import asyncpg

    connection = await asyncpg.connect(url, timeout=3)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def postgres_url():
    """The address of a PostgreSQL database of this run's own."""
    name = f"trimaran_migrations_{os.getpid()}"
    try:
        asyncio.run(_postgres(f"CREATE DATABASE {name}", POSTGRES))
    except (OSError, TimeoutError, ImportError) as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES}: {error}")
    yield urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{name}"))
    asyncio.run(_postgres(f"DROP DATABASE {name} WITH (FORCE)", POSTGRES))


@pytest.fixture
def postgres_lab(postgres_url, tmp_path):
    """The laboratory for what PostgreSQL alone has: schemas, comments, identities."""
    asyncio.run(_postgres(_EMPTY, postgres_url))
    return Lab(postgres_url, tmp_path / "migrations")


@pytest.fixture
def mariadb_lab(mariadb_url, tmp_path):
    """The laboratory for what MariaDB alone does: it commits each change of a table."""
    name = urlsplit(mariadb_url).path[1:]
    asyncio.run(_mariadb(f"DROP DATABASE {name}; CREATE DATABASE {name}", mariadb_url))
    return Lab(mariadb_url, tmp_path / "migrations")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def lab(request, tmp_path):
    """The laboratory, once for each vendor, with an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'lab.db'}"
    elif request.param == "mariadb":
        return request.getfixturevalue("mariadb_lab")
    else:
        url = request.getfixturevalue("postgres_url")
        asyncio.run(_postgres(_EMPTY, url))
    return Lab(url, tmp_path / "migrations")


@pytest.fixture
def sqlite_lab(tmp_path):
    """The laboratory for what SQLite alone does: it makes tables anew."""
    return Lab(f"sqlite:///{tmp_path / 'lab.db'}", tmp_path / "migrations")
