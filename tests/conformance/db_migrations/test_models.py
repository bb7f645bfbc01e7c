"""From models to tables and back: every type of field."""

import datetime
import enum
import uuid
from decimal import Decimal
from typing import Any, Literal

import pytest

from trimaran.db import migrations as m
from trimaran.db.backends.registry import installed
from trimaran.db.models import Field, ForeignKey, Index, Model, UniqueConstraint, registry

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.UTC)


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.fixture
def metadata():
    """Builds the metadata of the models that a test declares, and forgets them afterwards."""
    with registry.isolated():
        yield registry.metadata


def with_every_field():
    """A model of every type of field, each with a default."""

    class Specimen(Model):
        first: int
        label: str = Field(max_length=50, default="it's", index=True)
        note: str | None = None
        count: int = Field(default=-7, ge=-10)
        ratio: float = 0.5
        price: Decimal = Field(max_digits=8, decimal_places=2, default=Decimal("1.50"))
        seen: bool = True
        day: datetime.date = MOMENT.date()
        clock: datetime.time = datetime.time(1, 2, 3)
        span: datetime.timedelta = datetime.timedelta(days=1, seconds=2)
        moment: datetime.datetime = MOMENT
        naive: datetime.datetime = Field(timezone=False, default=MOMENT.replace(tzinfo=None))
        code: uuid.UUID = uuid.UUID(int=7)
        blob: bytes = b"\x00'"
        doc: dict[str, Any] = Field(default_factory=lambda: {"a": [1, "it's"]})
        colour: Colour = Colour.BLUE
        kind: Literal["a", "b"] = "b"
        born: datetime.datetime = Field(auto_now_add=True)

    return Specimen


def bare():
    """The same model, before its fields were added."""

    class Specimen(Model):
        first: int

    return Specimen


def test_every_field_is_stable(lab, metadata):
    """Nothing is left to make after it was made, whatever the type of the field."""
    with_every_field()
    assert lab.make(metadata()).operations == ("create table specimen",)
    assert lab.make(metadata()) is None


def test_every_field_is_stored_and_read(lab, metadata):
    """In the table that the migration made, and in one made without it."""
    model = with_every_field()

    async def work(database):
        with installed(database):
            await lab.change(database, metadata())
            one = await model.objects.create(first=1)
            assert await model.objects.get(id=one.id) == one
            await m.migrate(database, lab.directory, target="zero")
            await m.create_tables(database, metadata())
            await model.objects.create(first=1)
            assert await model.objects.count() == 1

    lab.run(work)


def test_every_field_can_be_added_to_rows(lab, metadata):
    """They then hold the field's default, as the model reads it."""

    async def work(database):
        with installed(database):
            model = bare()
            await lab.change(database, metadata())
            old = await model.objects.create(first=1)
            model = with_every_field()
            await lab.change(database, metadata())
            row = await model.objects.get(id=old.id)
            new = await model.objects.create(first=1)
            for name in model.__table_info__.columns:
                if name not in {"id", "born"}:
                    assert getattr(row, name) == getattr(new, name), name
            assert row.born.tzinfo is not None

    lab.run(work)


def test_relations_indexes_and_constraints(lab, metadata):
    """What a model says beside its fields reaches the database and stays as it is."""

    class Director(Model):
        name: str = Field(max_length=50, unique=True)

    class Film(Model):
        title: str = Field(max_length=50)
        year: int
        director: ForeignKey[Director] = Field(on_delete="cascade", related_name="films")
        remake_of: ForeignKey["Film"] | None = Field(on_delete="set_null", default=None)

        class Meta:
            indexes = (Index("-year", "title"),)
            constraints = (UniqueConstraint("title", "year"),)

    async def work(database):
        with installed(database):
            await lab.change(database, metadata())
            ozu = await Director.objects.create(name="Ozu")
            first = await Film.objects.create(title="A", year=1934, director=ozu)
            await Film.objects.create(title="A", year=1959, director=ozu, remake_of=first)
            await Film.objects.filter(id=first.id).delete()
            assert (await Film.objects.get(year=1959)).remake_of_id is None
            await Director.objects.filter(id=ozu.id).delete()
            assert await Film.objects.count() == 0

    lab.run(work)
