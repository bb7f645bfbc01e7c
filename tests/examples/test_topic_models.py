"""The examples of the pages on models and queries."""

from __future__ import annotations

import asyncio
import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from sqlalchemy.schema import CreateTable

from trimaran.db import (
    Case,
    Count,
    Create,
    F,
    Field,
    ForeignKey,
    Index,
    Model,
    OuterRef,
    Patch,
    Q,
    Reverse,
    Subquery,
    Sum,
    Value,
    When,
    get_object_or_404,
    registry,
    transaction,
)
from trimaran.db.backends.registry import installed, open_database
from trimaran.errors import HTTPException, ModelValidationError, RelationNotLoadedError


# region models
class Language(enum.Enum):
    ENGLISH = "en"
    GREEK = "el"


class Writer(Model):
    """Somebody who writes."""

    name: str = Field(max_length=100, unique=True)
    born: date | None
    novels: ClassVar[Reverse[Novel]]  # for type checkers; it is there without this line


class Novel(Model):
    title: str = Field(max_length=200, index=True)
    writer: ForeignKey[Writer] = Field(on_delete="cascade", related_name="novels")
    translator: ForeignKey[Writer | None] = Field(on_delete="set_null", related_name="translated")
    price: Decimal = Field(max_digits=8, decimal_places=2, ge=0)
    language: Language = Language.ENGLISH
    added: datetime = Field(auto_now_add=True)

    class Meta:
        ordering = ("title",)
        indexes = (Index("writer", "-added"),)


# endregion


# region rows
async def rows() -> Novel:
    jane = await Writer.objects.create(name="Jane Austen", born=date(1775, 12, 16))
    emma = Novel(title="Emma", writer=jane, price=Decimal("3.50"))
    await emma.save()
    await emma.update(price="4.00")  # writes this column alone; the gate makes a Decimal of it
    await emma.refresh()
    return emma


# endregion


# region bodies
async def add_novel(data: Create[Novel]) -> Novel:
    return await Novel.objects.create(data)


async def change_novel(novel_id: int, data: Patch[Novel]) -> Novel:
    novel = await get_object_or_404(Novel, id=novel_id)
    return await novel.update(data)


# endregion


# region relations
async def shelf() -> list[str]:
    lines = []
    for novel in await Novel.objects.all():
        writer = await novel.writer  # the first one loads the writers of all novels
        translator = novel.translator and await novel.translator  # None where there is none
        lines.append(f"{novel.title} by {writer.name}, {translator.name if translator else '-'}")
    return lines


# endregion


# region queries
async def queries(q: str) -> list[Novel]:
    cheap = Novel.objects.filter(price__lt=5, title__icontains=q)
    either = cheap.filter(Q(language=Language.GREEK) | ~Q(writer__name__startswith="J"))
    typed = either.exclude(Novel.c.price * 2 > 9).order_by("writer__name", Novel.c.price.desc())
    return await typed.select_related("writer")[:20]


# endregion


# region annotations
async def statistics() -> list[dict[str, Any]]:
    writers = Writer.objects.annotate(
        written=Count("novels"),
        dear=Count("novels", filter=Q(novels__price__gte=4)),
        newest=Subquery(
            Novel.objects.filter(writer=OuterRef("pk")).order_by("-added").values("title")
        ),
    )
    return await writers.filter(written__gt=0).order_by("name").values("name", "dear", "newest")


async def shelves() -> list[dict[str, Any]]:
    shelf = Case(When(price__lt=4, then=Value("cheap")), default=Value("dear"))
    novels = Novel.objects.annotate(shelf=shelf).values("shelf")
    return await novels.annotate(n=Count(), total=Sum("price")).order_by("shelf")


# endregion


# region updates
async def raise_prices() -> int:
    async with transaction.atomic():
        changed = await Novel.objects.filter(writer__name="Homer").update(price=F("price") * 2)
        await Novel.objects.filter(price__gt=100).delete()
    return changed


# endregion


def _run(scenario: Any) -> None:
    async def main() -> None:
        database = open_database("sqlite://:memory:")
        for name in ("writer", "novel"):
            table = registry.metadata().tables[name]
            await database.execute_script(str(CreateTable(table).compile(dialect=database.dialect)))
        try:
            with installed(database):
                await scenario()
        finally:
            await database.close()

    asyncio.run(main())


def test_the_examples_hold() -> None:
    """What the pages show works as they say."""

    async def scenario() -> None:
        emma = await rows()
        assert emma.price == Decimal("4.00")
        homer = await Writer.objects.create(name="Homer")
        iliad = await add_novel(
            Create[Novel](title="Iliad", writer_id=homer.id, price=3, translator_id=emma.writer_id)
        )
        assert (await change_novel(iliad.id, Patch[Novel](price=4))).price == 4
        with pytest.raises(HTTPException):
            await change_novel(99, Patch[Novel]())
        assert await shelf() == ["Emma by Jane Austen, -", "Iliad by Homer, Jane Austen"]
        assert [novel.writer.name for novel in await queries("i")] == ["Homer"]
        assert await statistics() == [
            {"name": "Homer", "dear": 1, "newest": "Iliad"},
            {"name": "Jane Austen", "dear": 1, "newest": "Emma"},
        ]
        assert await shelves() == [{"shelf": "dear", "n": 2, "total": Decimal(8)}]
        assert await raise_prices() == 1
        with pytest.raises(RelationNotLoadedError):
            _ = (await Novel.objects.get(id=emma.id)).writer.name
        with pytest.raises(ModelValidationError, match="price: Input should be greater than"):
            await emma.update(price=-1)

    _run(scenario)
