"""``dumpdata`` and ``loaddata``: every kind of field, circles, natural keys, bounded memory."""

import datetime as dt
import enum
import io
import json
import tracemalloc
import uuid
from decimal import Decimal
from typing import Any

import pytest

from trimaran import Field, ForeignKey, Model
from trimaran.db import migrations as m
from trimaran.db.backends.registry import installed
from trimaran.db.fixtures import dump_rows, load_rows
from trimaran.db.models import registry
from trimaran.errors import IntegrityError, QueryError


class Colour(enum.Enum):
    """A choice."""

    RED = "red"


with registry.isolated():

    class FixHouse(Model):
        name: str = Field(max_length=50, unique=True)
        best: ForeignKey["FixBook"] | None = Field(on_delete="set_null", related_name="")

        def natural_key(self):
            return (self.name,)

        @classmethod
        async def get_by_natural_key(cls, name):
            return await cls.objects.get(name=name)

    class FixBook(Model):
        house: ForeignKey[FixHouse] = Field(on_delete="cascade", related_name="books")
        parent: ForeignKey["FixBook"] | None = Field(on_delete="set_null", related_name="")
        price: Decimal = Field(max_digits=8, decimal_places=2, default=Decimal("0"))
        day: dt.date = dt.date(2020, 1, 2)
        at: dt.datetime = dt.datetime(2020, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
        hour: dt.time = dt.time(3, 4, 5)
        lasts: dt.timedelta = dt.timedelta(days=1, microseconds=7)
        code: uuid.UUID = uuid.UUID(int=5)
        cover: bytes = b"\x00\xff"
        data: Any = Field(default_factory=lambda: {"a": [1, None, "é"]})
        colour: Colour = Colour.RED
        ratio: float = 1.5
        sold: bool = True


@pytest.fixture
def shop(lab):
    """A function that runs a coroutine function with the tables made."""

    def run(work):
        async def body(database):
            with registry.isolated():
                for model in (FixHouse, FixBook):
                    registry._tables[(model.__module__, model.__name__)] = model.__table_info__
                await m.create_tables(database, registry.metadata())
                with installed(database):
                    return await work(database)

        return lab.run(body)

    return run


async def _dumped(**options):
    return "\n".join([line.decode() async for line in dump_rows(**options)])


async def _filled():
    house = await FixHouse.objects.create(name="Virago")
    book = await FixBook.objects.create(house=house, price=Decimal("9.99"))
    await FixBook.objects.create(house=house, parent=book)
    await house.update(best=book)


def test_every_field_and_a_circle_of_keys_come_back(shop):
    """Loading what was dumped changes nothing; new keys go on behind the old ones."""

    async def work(database):
        await _filled()
        first = await _dumped()
        await FixHouse.objects.update(best_id=None)
        await FixBook.objects.all().delete()
        await FixHouse.objects.all().delete()
        count = await load_rows(io.StringIO(first))
        again = await load_rows(io.StringIO(first))
        house = await FixHouse.objects.get(name="Virago")
        fresh = await FixBook.objects.create(house=house)
        await fresh.delete()
        return first, await _dumped(), count, again

    first, second, count, again = shop(work)
    assert (count, again) == (3, 3)
    assert first == second
    assert json.loads(first.splitlines()[-1])["fields"]["data"] == {"a": [1, None, "é"]}


def test_one_array_is_read_as_well_and_django_names(shop):
    """Pretty-printed, with the app before the model's name."""
    rows = [{"model": "shop.fixhouse", "pk": 3, "fields": {"name": "Faber"}}]

    async def work(database):
        await load_rows(io.StringIO(json.dumps(rows, indent=4)))
        return (await FixHouse.objects.get(id=3)).name

    assert shop(work) == "Faber"


def test_natural_keys(shop):
    """Keys of the database are neither written nor needed."""

    async def work(database):
        await _filled()
        text = await _dumped(models=["FixHouse"], natural_primary=True)
        books = await _dumped(models=["FixBook"], natural_foreign=True)
        return (
            json.loads(text),
            json.loads(books.splitlines()[0]),
            await load_rows(io.StringIO(books)),
        )

    house, book, count = shop(work)
    assert "pk" not in house
    assert book["fields"]["house_id"] == ["Virago"]
    assert count == 2


def test_nothing_is_kept_of_a_fixture_that_breaks_a_key(shop):
    """The check comes at the end, and undoes everything."""
    rows = [
        {"model": "FixHouse", "pk": 1, "fields": {"name": "Faber"}},
        {"model": "FixBook", "pk": 1, "fields": {"house_id": 77}},
    ]

    async def work(database):
        with pytest.raises(IntegrityError):
            await load_rows(io.StringIO("\n".join(map(json.dumps, rows))))
        return await FixHouse.objects.count()

    assert shop(work) == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"model": "FixHouze", "pk": 1}', "TRI-FIXTURE-001 .*Did you mean 'FixHouse'"),
        ('{"model": "FixHouse", "fields": {"nam": 1}}', "TRI-QUERY-001 object 1 .*'name'"),
        ('{"model": "FixBook", "fields": {"day": "soon"}}', r"TRI-FIXTURE-004 Object 1 .*\.day"),
        ('{"model": ', "TRI-FIXTURE-003 Object 1"),
        ("[1]", "TRI-FIXTURE-003 .* is no row"),
        ("[" * 100_000 + '{"a"', "TRI-FIXTURE-003"),
        ('{"model": "FixBook", "fields": {"parent_id": [1]}}', "TRI-FIXTURE-002 .*FixBook"),
    ],
)
def test_what_is_wrong_with_a_fixture(shop, text, expected):
    """The error says which object, and how it should be."""

    async def work(database):
        with pytest.raises(QueryError, match=expected):
            await load_rows(io.StringIO(text))

    shop(work)


def test_many_rows_need_little_memory(shop, tmp_path):
    """Both ways hold some rows at a time, however many there are."""
    path = tmp_path / "many.jsonl"

    async def work(database):
        house = await FixHouse.objects.create(name="Virago")
        with path.open("w") as file:
            for key in range(1, 8_001):
                row = {"model": "FixBook", "pk": key, "fields": {"house_id": house.id}}
                row["fields"] |= {"data": {"text": "x" * 500}, "price": "1.00", "at": None}
                del row["fields"]["at"]
                row["fields"] |= {
                    "day": "2020-01-02",
                    "at": "2020-01-02T00:00:00Z",
                    "hour": "01:02:03",
                    "lasts": "PT1S",
                    "code": str(uuid.UUID(int=key)),
                    "cover": "AA==",
                    "colour": "red",
                    "ratio": 1.0,
                    "sold": False,
                }
                file.write(json.dumps(row) + "\n")
        tracemalloc.start()
        with path.open() as file:
            loaded = await load_rows(file)
        dumped = 0
        async for _ in dump_rows(models=["FixBook"]):
            dumped += 1
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return loaded, dumped, peak

    loaded, dumped, peak = shop(work)
    assert (loaded, dumped) == (8_000, 8_000)
    assert peak < 16 * 1024 * 1024 < path.stat().st_size * 4
