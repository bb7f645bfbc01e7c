"""Every test here runs on each backend, with the same models and empty tables."""

from __future__ import annotations

import asyncio
import enum
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from trimaran.db import Field, ForeignKey, ManyToMany, ManyToManyField, Model, OneToOne, registry
from trimaran.db.backends.base import Database
from trimaran.db.backends.registry import installed, open_database


class Mood(enum.Enum):
    """Stored as a text."""

    CALM = "calm"
    WILD = "wild"


class Grade(enum.IntEnum):
    """Stored as an integer."""

    LOW = 1
    HIGH = 2


class QCountry(Model):
    """A country, which authors may have."""

    name: str = Field(max_length=60, unique=True)


class QAuthor(Model):
    """An author."""

    name: str = Field(max_length=100, unique=True)
    country: ForeignKey[QCountry] | None = Field(on_delete="set_null", related_name="authors")


class QBook(Model):
    """A book, with a relation that must be there and one that need not."""

    title: str = Field(max_length=200, index=True)
    author: ForeignKey[QAuthor] = Field(on_delete="cascade", related_name="books")
    editor: ForeignKey[QAuthor | None] = Field(on_delete="set_null", related_name="edited")
    price: Decimal = Field(max_digits=8, decimal_places=2, ge=0, default=Decimal(1))
    pages: int | None
    published: date | None


class QSample(Model):
    """One column of each type."""

    whole: int | None
    real: float | None
    flag: bool | None
    text: str | None
    number: Decimal | None = Field(max_digits=12, decimal_places=3)
    day: date | None
    clock: time | None
    moment: datetime | None
    wall: datetime | None = Field(timezone=False)
    span: timedelta | None
    token: uuid.UUID | None
    blob: bytes | None
    data: dict[str, Any] | None
    mood: Mood | None
    grade: Grade | None
    letter: Literal["a", "b"] | None


class QNote(Model):
    """A tree, a key that is not called id, a column and a table with names of their own."""

    code: str = Field(primary_key=True, max_length=20)
    parent: ForeignKey[QNote] | None = Field(on_delete="cascade", related_name="children")
    order: int = Field(default=0, db_column="select")
    changed: datetime = Field(auto_now=True)
    made: datetime = Field(auto_now_add=True)

    class Meta:
        table = "order"
        ordering = ("-order", "code")


class QTick(Model):
    """Nothing but a key."""


class QLabel(Model):
    """What songs are marked with."""

    name: str = Field(max_length=40)

    class Meta:
        ordering = ("name",)


class QSinger(Model):
    """A singer, with friends and idols among the others, and a passport."""

    name: str = Field(max_length=40)
    friends: ManyToMany[QSinger] = ManyToManyField()
    idols: ManyToMany[QSinger] = ManyToManyField(symmetrical=False, related_name="fans")


class QSong(Model):
    """A song with labels and, by a model of its own, singers."""

    title: str = Field(max_length=40)
    labels: ManyToMany[QLabel] = ManyToManyField(related_name="songs")
    singers: ManyToMany[QSinger] = ManyToManyField(through="QPart", related_name="songs")


class QPart(Model):
    """Who sings what, and how."""

    song: ForeignKey[QSong] = Field(on_delete="cascade", related_name="parts")
    singer: ForeignKey[QSinger] = Field(on_delete="cascade", related_name="parts")
    voice: str = Field(max_length=20, default="alto")


class QPassport(Model):
    """What each singer has one of at most; its key is the singer."""

    singer: OneToOne[QSinger] = Field(
        primary_key=True, on_delete="cascade", related_name="passport"
    )
    number: str = Field(max_length=20)


class QStamp(Model):
    """What points to a row whose key is itself a foreign key."""

    passport: ForeignKey[QPassport] = Field(on_delete="cascade", related_name="stamps")


TABLES_BETWEEN = (QSong.labels.through, QSinger.friends.through, QSinger.idols.through)
MODELS = (
    *(QCountry, QAuthor, QBook, QSample, QNote, QTick),
    *(QLabel, QSinger, QSong, QPart, QPassport, QStamp),
    *TABLES_BETWEEN,
)


class Library:
    """The models, and an event loop with the database."""

    Mood = Mood
    Grade = Grade
    Country = QCountry
    Author = QAuthor
    Book = QBook
    Sample = QSample
    Note = QNote
    Tick = QTick
    Label = QLabel
    Singer = QSinger
    Song = QSong
    Part = QPart
    Passport = QPassport
    Stamp = QStamp

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.database = database
        self.vendor = database.vendor
        self.runner = runner

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Note the SQL of every statement meanwhile."""
        noted: list[str] = []
        names = ("fetch", "fetch_row", "execute")
        before = {name: getattr(self.database, name) for name in names}

        def noting(run: Any) -> Any:
            def call(sql: str, params: Any = ()) -> Any:
                noted.append(sql)
                return run(sql, params)

            return call

        for name in names:
            setattr(self.database, name, noting(before[name]))
        try:
            yield noted
        finally:
            for name in names:
                delattr(self.database, name)

    async def shelf(self) -> dict[str, Any]:
        """Fill the tables with three authors and six books."""
        england = await QCountry.objects.create(name="England")
        jane = await QAuthor.objects.create(name="Jane Austen", country=england)
        homer = await QAuthor.objects.create(name="Homer")
        rows = [
            QBook(title="Emma", author=jane, price=3, pages=400, published=date(1815, 12, 23)),
            QBook(title="Persuasion", author=jane, editor=homer, price=5, pages=250),
            QBook(title="Sanditon", author=jane, price="0.99"),
            QBook(title="Iliad", author=homer, price=10, pages=700, published=date(1598, 1, 1)),
            QBook(title="100% Odyssey", author=homer, editor=jane, price=10, pages=500),
            QBook(title="under_score\\", author=homer, price=0, published=date(1815, 1, 2)),
        ]
        await QBook.objects.bulk_create(rows)
        return {"england": england, "jane": jane, "homer": homer, "books": rows}


def _create(database: Database) -> str:
    from sqlalchemy.schema import CreateIndex, CreateTable

    wanted = {model.__table_info__.name for model in MODELS}
    script: list[Any] = []
    for table in registry.metadata().sorted_tables:
        if table.name in wanted:
            script += [CreateTable(table), *map(CreateIndex, table.indexes)]
    return ";\n".join(str(part.compile(dialect=database.dialect)) for part in script)


@pytest.fixture(
    scope="session",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def library_of_session(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """Open one database for the session, its tables in a schema of their own."""
    with asyncio.Runner() as runner:
        if request.param == "sqlite":
            url, drop = f"sqlite:///{tmp_path_factory.mktemp('queries') / 'q.db'}", ""
        else:
            url, drop = _own_schema(request.param, runner)
        database = open_database(url)
        runner.run(database.execute_script(_create(database)))
        try:
            yield Library(database, runner)
        finally:
            if drop:
                runner.run(database.execute_script(drop))
            runner.run(database.close())


_SERVERS = {
    "postgresql": ("TRIMARAN_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test"),
    "mariadb": ("TRIMARAN_TEST_MARIADB", "mysql://root@127.0.0.1:3306/test"),
}


def _own_schema(vendor: str, runner: asyncio.Runner) -> tuple[str, str]:
    variable, default = _SERVERS[vendor]
    url = os.environ.get(variable, default)
    schema = f"queries_{uuid.uuid4().hex[:12]}"

    async def create() -> None:
        database = open_database(url)
        try:
            await database.execute_script(f"CREATE SCHEMA {schema}")
        finally:
            await database.close()

    try:
        runner.run(create())
    except Exception as exc:  # noqa: BLE001  any failure means that there is no server to test with
        pytest.skip(f"no server at {variable}: {exc}")
    if vendor == "mariadb":
        return urlsplit(url)._replace(path=f"/{schema}").geturl(), f"DROP SCHEMA {schema}"
    return f"{url}?search_path={schema}", f"DROP SCHEMA {schema} CASCADE"


@pytest.fixture
def library(library_of_session: Library) -> Iterator[Library]:
    """The models over empty tables; the database is installed for the test."""

    async def empty() -> None:
        for model in (QBook, QAuthor, QCountry, QSample, QNote, QSong, QSinger, QLabel):
            await model.objects.all().delete()

    with installed(library_of_session.database):
        library_of_session.runner.run(empty())
        yield library_of_session


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine function on the library's event loop."""
    if not asyncio.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    runner: asyncio.Runner = pyfuncitem.funcargs["library"].runner
    runner.run(pyfuncitem.obj(**arguments))
    return True
