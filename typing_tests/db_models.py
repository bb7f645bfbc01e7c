"""What type checkers see of models and queries."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self, assert_type

from trimaran.db import (
    Count,
    Create,
    Exists,
    F,
    Field,
    ForeignKey,
    Manager,
    ManyToMany,
    ManyToManyField,
    Model,
    OneToOne,
    OuterRef,
    Patch,
    Q,
    QuerySet,
    Reverse,
    ReverseOne,
    Sum,
    get_object_or_404,
    post_save,
    receiver,
)
from trimaran.db.queries.manyrows import ManyRows
from trimaran.db.queries.related import RelatedRows


class Author(Model):
    name: str = Field(max_length=100, unique=True)
    books: ClassVar[Reverse[Book]]


class Book(Model):
    title: str = Field(max_length=200, index=True)
    author: ForeignKey[Author] = Field(on_delete="cascade", related_name="books")
    editor: ForeignKey[Author | None] = Field(on_delete="set_null", default=None)
    reviewer: ForeignKey[Author] | None = Field(on_delete="set_null", default=None)
    price: Decimal = Field(max_digits=8, decimal_places=2, ge=0)
    rating: Annotated[int, Field()] = 3


class Tag(Model):
    name: str


class Note(Model):
    text: str
    tags: ManyToMany[Tag] = ManyToManyField(related_name="notes")
    author: OneToOne[Author] = Field(on_delete="cascade", related_name="note")


class Reader(Model):
    card: ClassVar[ReverseOne[Note]]


class Shelf(QuerySet["Volume"]):
    def cheap(self) -> Self:
        return self.filter(price__lt=3)


class Published(Manager["Volume"]):
    def get_queryset(self) -> QuerySet[Volume]:
        return super().get_queryset().filter(price__gt=0)


class Volume(Model):
    price: Decimal
    objects: ClassVar[Shelf] = Shelf.as_manager()
    published: ClassVar[Published] = Published()

    async def clean(self) -> None: ...


@receiver(post_save, sender=Volume)
async def announce(instance: Volume, created: bool) -> None:
    """A receiver keeps its own type."""


async def managers() -> None:
    """Managers and queries of one's own keep their types through every method."""
    assert_type(Volume.objects.cheap(), Shelf)
    assert_type(Volume.objects.cheap().order_by("price").cheap(), Shelf)
    assert_type(await Volume.objects.cheap().first(), Volume | None)
    assert_type(await Volume.published.filter(price=3), list[Volume])
    assert_type(await Volume.objects.get(id=3), Volume)


async def relations(author: Author, reader: Reader) -> None:
    """Many-to-many and one-to-one relations keep their types; the constructor takes no tags."""
    note = Note(text="a", author=author)
    assert_type(note.tags, ManyRows[Tag])
    assert_type(await note.tags, list[Tag])
    assert_type(await note.tags.create(name="x"), Tag)
    assert_type(await note.tags.filter(name="x").first(), Tag | None)
    assert_type(await note.author, Author)
    assert_type(await reader.card, Note)


async def list_books(q: str = "", limit: int = 20) -> list[Book]:
    """The example of the design: a query returned as it is awaited."""
    return await Book.objects.filter(title__icontains=q).order_by("-id").limit(limit)


async def add_book(data: Create[Book]) -> Book:
    """A body creates a row."""
    return await Book.objects.create(data)


async def change_book(book: Book, data: Patch[Book]) -> Book:
    """A body changes a row."""
    return await book.update(data)


async def rows(author: Author) -> None:
    """Rows and relations keep their types."""
    book = Book(title="Emma", author=author, price=Decimal(1))
    assert_type(book.id, int)
    assert_type(book.price, Decimal)
    assert_type(book.author, Author)
    assert_type(await book.author, Author)
    assert_type(book.author.name, str)
    assert_type(book.editor, Author | None)
    assert_type(book.editor and await book.editor, Author | None)
    assert_type(book.reviewer, Author | None)
    assert_type(author.books, RelatedRows[Book])
    assert_type(await author.books, list[Book])
    assert_type(await author.books.filter(price__lt=3).first(), Book | None)
    assert_type(await book.save(), Book)
    assert_type(await book.delete(), bool)
    book.author = author
    book.editor = None
    Book(title="Emma", author=author, editor=author, price=Decimal(1), id=3)


async def queries() -> None:
    """Queries keep the model's type."""
    assert_type(Book.objects, Manager[Book])
    assert_type(Book.objects.using("other"), Manager[Book])
    assert_type(await Book.objects.all(), list[Book])
    assert_type(await Book.objects.get(id=1), Book)
    assert_type(await Book.objects.first(), Book | None)
    assert_type(await Book.objects.filter(Book.price > 10, Q(id=1) | ~Q(title="x")).count(), int)
    assert_type(await Book.objects.filter(Book.c.price * 2 > 10), list[Book])
    assert_type(await Book.objects.order_by(Book.c.price.desc()).values("id"), list[dict[str, Any]])
    assert_type(await Book.objects.values_list("id", "title"), list[tuple[Any, ...]])
    assert_type(await Book.objects.values_list("id", flat=True), list[Any])
    assert_type(await Book.objects.update(price=F("price") * 2), int)
    assert_type(await Book.objects.in_bulk([1, 2]), dict[Any, Book])
    assert_type(await Book.objects.get_or_create(title="x"), tuple[Book, bool])
    assert_type(await Book.objects.bulk_create([]), list[Book])
    assert_type(await get_object_or_404(Book, id=1), Book)
    assert_type(await get_object_or_404(Book.objects.filter(id=1)), Book)
    assert_type(await Book.objects.all()[0], Book)
    assert_type(await Book.objects.annotate(n=Count("title"), dear=Book.price > 3), list[Book])
    assert_type(await Book.objects.values("id").annotate(n=Count()), list[dict[str, Any]])
    assert_type(await Book.objects.aggregate(total=Sum("price")), dict[str, Any])
    assert_type(
        await Book.objects.filter(Exists(Author.objects.filter(id=OuterRef("id")))), list[Book]
    )
    assert_type(await Book.objects.all().union(Book.objects.all()), list[Book])
    assert_type(await Book.objects.select_for_update(nowait=True).get(id=1), Book)
    assert_type(await Book.objects.update_or_create({"rating": 1}, title="x"), tuple[Book, bool])
    assert_type(await Book.objects.bulk_update([], ["price"]), int)
    assert_type(await Book.objects.raw("SELECT * FROM book"), list[Book])
    assert_type(await Book.objects.latest("price"), Book)
    assert_type(await Book.objects.explain(), str)
    async for book in Book.objects.all()[:10]:
        assert_type(book, Book)


def takes_query(query: QuerySet[Book]) -> Mapping[str, str]:
    """A manager is a query."""
    return {"query": repr(query)}


takes_query(Book.objects)
