"""Writing: create, save, update, delete, many at once."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from trimaran.db import Create, F, Patch, get_object_or_404, transaction
from trimaran.errors import (
    HTTPException,
    IntegrityError,
    ModelValidationError,
    QueryError,
)


async def test_create_and_read(library: Any) -> None:
    """A created row has its key and its defaults, and is found by either name of its key."""
    author = await library.Author.objects.create(name="Homer")
    book = await library.Book.objects.create(title="Iliad", author=author)
    assert (book.price, book.pages, book.author_id) == (Decimal(1), None, author.id)
    assert await library.Book.objects.get(id=book.id) == book
    assert await library.Book.objects.get(pk=book.id) == book
    assert (await library.Book.objects.get(title="Iliad")).price == Decimal("1.00")


async def test_create_of_a_body(library: Any) -> None:
    """A Create, a mapping and keywords all make rows; keywords go first."""
    author = await library.Author.objects.create(name="Homer")
    data = Create[library.Book](title="Iliad", author_id=author.id, price=Decimal(2))
    books = library.Book.objects
    assert (await books.create(data)).price == 2
    assert (await books.create(data, price=3)).price == 3
    assert (await books.create({"title": "Odyssey", "author_id": author.id})).title == "Odyssey"
    with pytest.raises(QueryError, match="A row cannot be made of a int"):
        await books.create(5)


async def test_every_fault_at_once(library: Any) -> None:
    """The gate tells every fault of a row, in the form of a request's."""
    with pytest.raises(ModelValidationError) as caught:
        await library.Book.objects.create(title="x" * 201, price=-1, pages="many")
    found = {(fault["loc"][0], fault["type"]) for fault in caught.value.errors}
    assert found == {
        ("title", "string_too_long"),
        ("author_id", "missing"),
        ("price", "greater_than_equal"),
        ("pages", "int_parsing"),
    }
    assert "QBook is not valid: title: String should have at most 200 characters" in str(
        caught.value
    )


async def test_unknown_fields(library: Any) -> None:
    """A field that does not exist is named, with those that do."""
    for attempt in (
        lambda: library.Book(titel="x"),
        lambda: library.Book.objects.create(titel="x"),
        lambda: library.Book.objects.all().update(titel="x"),
    ):
        with pytest.raises(QueryError, match=r"no field 'titel'. Did you mean 'title'\?"):
            result = attempt()
            await result


async def test_save(library: Any) -> None:
    """The first save inserts, later ones update; save(update_fields) writes these alone."""
    author = library.Author(name="Homer")
    assert author.pk is None
    assert await author.save() is author
    author.name = "Hesiod"
    await author.save()
    other = await library.Author.objects.get(id=author.id)
    other.name, other.country_id = "Homer", None
    await other.save(update_fields=["country"])
    assert (await author.refresh()).name == "Hesiod"
    assert await library.Author.objects.count() == 1


async def test_save_with_a_key_that_is_new(library: Any) -> None:
    """A row that brings its key is inserted where no row has it."""
    note = library.Note(code="a")
    await note.save()
    await note.save()
    assert await library.Note.objects.count() == 1
    moved = library.Author(id=77, name="Homer")
    await moved.save()
    assert (await library.Author.objects.get(name="Homer")).id == 77


async def test_a_relation_saved_later(library: Any) -> None:
    """A row may be given a related row that is saved after it is made."""
    author = library.Author(name="Homer")
    book = library.Book(title="Iliad", author=author)
    await author.save()
    await book.save()
    assert book.author_id == author.id


async def test_update_of_a_row(library: Any) -> None:
    """update() writes only what it is given; a refused value leaves the row as it was."""
    shelf = await library.shelf()
    book = shelf["books"][0]
    await library.Book.objects.filter(id=book.id).update(pages=1)
    assert await book.update(Patch[library.Book](title="Emma!")) is book
    assert (await library.Book.objects.get(id=book.id)).pages == 1
    with pytest.raises(ModelValidationError, match="price: Input should be greater than"):
        await book.update(title="no", price=-1)
    assert book.title == "Emma!"
    await book.update(author=shelf["homer"])
    assert book.author_id == shelf["homer"].id
    assert book.author is shelf["homer"]
    assert await book.update() is book


async def test_update_of_many(library: Any) -> None:
    """One statement updates the rows of a query, by values and by expressions."""
    shelf = await library.shelf()
    books = library.Book.objects
    with library.statements() as noted:
        assert await books.filter(author__name="Homer").update(pages=F("pages") + 1, price=2) == 3
    assert len(noted) == 1
    assert sorted(await books.filter(price=2, pages__gt=0).values_list("pages", flat=True)) == [
        501,
        701,
    ]
    assert await books.order_by("title").limit(2).update(pages=9) == 2
    assert await books.filter(pages=9).count() == 2
    assert await books.filter(author=shelf["jane"]).update(author=shelf["homer"]) == 3
    assert await books.update() == 0
    with pytest.raises(ModelValidationError, match="pages: Input should be a valid integer"):
        await books.update(pages="x")


async def test_arithmetic_of_decimals(library: Any) -> None:
    """The database computes with decimals as exactly as the column holds them."""
    await library.shelf()
    await library.Book.objects.update(price=F("price") * Decimal("1.1") + 1)
    prices = await library.Book.objects.order_by("id").values_list("price", flat=True)
    wanted = ["4.30", "6.50", "2.09", "12.00", "12.00", "1.00"]
    assert [str(price) for price in prices] == wanted


async def test_delete(library: Any) -> None:
    """Rows go one by one or many at once; what points to them goes as on_delete says."""
    shelf = await library.shelf()
    assert await shelf["books"][0].delete() is True
    assert await shelf["books"][0].delete() is False
    assert await library.Book.objects.filter(author__name="Homer", title="Iliad").delete() == 1
    assert await library.Book.objects.order_by("-id")[:1].delete() == 1
    await shelf["jane"].delete()
    (left,) = await library.Book.objects.all()
    assert (left.title, left.editor_id) == ("100% Odyssey", None)
    with pytest.raises(QueryError, match="delete\\(\\) was called on a QBook that was never saved"):
        await library.Book(title="new").delete()


async def test_a_row_that_is_gone(library: Any) -> None:
    """Writing or reading again a deleted row says that it is gone."""
    author = await library.Author.objects.create(name="Homer")
    await library.Author.objects.all().delete()
    for attempt in (author.refresh, lambda: author.update(name="x")):
        with pytest.raises(library.Author.DoesNotExist, match="no longer in the database"):
            await attempt()
    await author.save()
    assert await library.Author.objects.count() == 1


@pytest.mark.parametrize("count", [0, 1, 3, 700])
async def test_bulk_create(library: Any, count: int) -> None:
    """Any number of rows is inserted by few statements, each row with its own key."""
    author = await library.Author.objects.create(name="Homer")
    rows = [library.Book(title=f"t{number}", author=author) for number in range(count)]
    with library.statements() as noted:
        made = await library.Book.objects.bulk_create(rows)
    assert len(noted) <= 10
    found = await library.Book.objects.in_bulk(row.id for row in made)
    assert {key: row.title for key, row in found.items()} == {row.id: row.title for row in rows}
    assert len(found) == count


async def test_rows_of_a_key_alone(library: Any) -> None:
    """A model without fields of its own can be created, one row or many, and saved again."""
    first = await library.Tick.objects.create()
    made = await library.Tick.objects.bulk_create([library.Tick() for _ in range(5)])
    last = library.Tick()
    await last.save()
    await last.save()
    keys = [row.id for row in (first, *made, last)]
    assert keys == sorted(set(keys))
    assert await library.Tick.objects.count() == 7


async def test_bulk_create_is_all_or_nothing(library: Any) -> None:
    """One bad row keeps all of them out, be it the gate or the database that refuses it."""
    author = library.Author
    await author.objects.create(name="Homer")
    with pytest.raises(IntegrityError):
        await author.objects.bulk_create(
            [author(name=str(n)) for n in range(300)] + [author(name="Homer")]
        )
    with pytest.raises(ModelValidationError, match="name: Field required"):
        await author.objects.bulk_create([author(name="a"), author()])
    with pytest.raises(QueryError, match="bulk_create of QAuthor was given a QCountry"):
        await author.objects.bulk_create([library.Country(name="x")])
    assert await author.objects.count() == 1


async def test_unique(library: Any) -> None:
    """A constraint of the database comes as an IntegrityError that names the column."""
    await library.Author.objects.create(name="Homer")
    with pytest.raises(IntegrityError, match=r"name"):
        await library.Author.objects.create(name="Homer")
    with pytest.raises(IntegrityError):
        await library.Book.objects.create(title="x", author_id=999_999)


async def test_get_or_create(library: Any) -> None:
    """The row is found or made, once, also by many tasks at a time."""
    authors = library.Author.objects
    results = await asyncio.gather(*[authors.get_or_create(name="Homer") for _ in range(8)])
    assert len({row.id for row, _ in results}) == 1
    assert [made for _, made in results].count(True) == 1
    country = await library.Country.objects.create(name="Greece")
    row, made = await authors.get_or_create(name="Sappho", defaults={"country": country})
    assert (made, row.country_id) == (True, country.id)


async def test_times_that_set_themselves(library: Any) -> None:
    """auto_now moves at every save, auto_now_add stays."""
    note = await library.Note.objects.create(code="a")
    changed, made = note.changed, note.made
    await asyncio.sleep(0.002)
    await note.update(order=2)
    again = await library.Note.objects.get(code="a")
    assert again.changed > changed
    assert (again.made, again.order) == (made, 2)


async def test_transactions(library: Any) -> None:
    """What a model writes in a transaction goes with it."""
    with pytest.raises(RuntimeError):
        async with transaction.atomic():
            author = await library.Author.objects.create(name="Homer")
            assert await library.Author.objects.get(id=author.id) == author
            raise RuntimeError
    assert not await library.Author.objects.exists()


async def test_get_object_or_404(library: Any) -> None:
    """In a route a missing row is a 404, of a model or of a query."""
    author = await library.Author.objects.create(name="Homer")
    assert await get_object_or_404(library.Author, id=author.id) == author
    with pytest.raises(HTTPException) as caught:
        await get_object_or_404(library.Author.objects.filter(name="x"), id=author.id)
    assert (caught.value.status_code, caught.value.detail) == (404, "No such QAuthor")
