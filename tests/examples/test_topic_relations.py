"""The examples of docs/topics/models.md about one-to-one and many-to-many relations."""

from __future__ import annotations

from typing import ClassVar

from trimaran.db import Field, ManyToMany, ManyToManyField, Model, OneToOne, ReverseOne
from trimaran.db.backends.registry import installed, open_database
from trimaran.db.migrations import create_tables
from trimaran.db.models import registry


# region models
class Shelf(Model):
    name: str = Field(max_length=50)


class Reader(Model):
    name: str = Field(max_length=50)
    card: ClassVar[ReverseOne[Card]]  # for type checkers; it is there without this line


class Card(Model):
    reader: OneToOne[Reader] = Field(on_delete="cascade", related_name="card")
    number: str = Field(max_length=20)


class Paper(Model):
    title: str = Field(max_length=100)
    shelves: ManyToMany[Shelf] = ManyToManyField(related_name="papers")


# endregion


# region use
async def sort_papers() -> list[str]:
    poems = await Shelf.objects.create(name="Poems")
    faust = await Paper.objects.create(title="Faust")
    await faust.shelves.add(poems)
    await faust.shelves.create(name="Plays")
    await faust.shelves.remove(poems)
    await faust.shelves.set([poems])  # exactly these
    lines = []
    for paper in await Paper.objects.filter(shelves__name="Poems"):
        shelves = await paper.shelves  # the first one loads those of all papers
        lines.append(f"{paper.title}: {', '.join(shelf.name for shelf in shelves)}")
    return lines


# endregion


async def test_the_examples_run(tmp_path) -> None:
    """What the page shows is what happens."""
    database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
    wanted = [model.__table_info__ for model in (Shelf, Reader, Card, Paper, Paper.shelves.through)]
    from trimaran.db.sql.metadata import build_metadata

    try:
        with installed(database):
            await create_tables(database, build_metadata(wanted))
            assert await sort_papers() == ["Faust: Poems"]
            reader = await Reader.objects.create(name="Ada")
            await Card.objects.create(reader=reader, number="1")
            assert (await reader.card).number == "1"
    finally:
        await database.close()
        assert registry.models()
