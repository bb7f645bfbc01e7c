"""Relations: loaded for all peers at once, never by accident."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from pathlib import Path
from typing import Any

import msgspec
import pytest

from trimaran.errors import QueryError, RelationNotLoadedError


async def _many(library: Any, count: int = 100) -> list[Any]:
    authors = await library.Author.objects.bulk_create(
        [library.Author(name=f"a{number}") for number in range(count)]
    )
    await library.Book.objects.bulk_create(
        [library.Book(title=f"b{number}", author=author) for number, author in enumerate(authors)]
    )
    return authors


async def test_a_hundred_rows_take_two_statements(library: Any) -> None:
    """Awaiting the relation of each of 100 rows loads all of them by one statement."""
    await _many(library)
    with library.statements() as noted:
        names = [(await book.author).name for book in await library.Book.objects.order_by("id")]
    assert names == [f"a{number}" for number in range(100)]
    assert len(noted) == 2


async def test_concurrent_tasks_share_one_statement(library: Any) -> None:
    """Tasks that await the same relation of different peers wait for one statement."""
    await _many(library)
    books = await library.Book.objects.all()

    async def name(book: Any) -> str:
        author = await book.author
        return str(author.name)

    with library.statements() as noted:
        names = await asyncio.gather(*map(name, books))
    assert len(set(names)) == 100
    assert len(noted) == 1


async def test_a_cancelled_loader_leaves_the_work_to_the_next(library: Any) -> None:
    """Where the task that loads is cancelled, one that waits takes over."""
    await _many(library, 3)
    books = await library.Book.objects.all()

    async def load(book: Any) -> Any:
        return await book.author

    tasks = [asyncio.ensure_future(load(book)) for book in books]
    await asyncio.sleep(0)
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert {row.name for row in results[1:]} <= {"a0", "a1", "a2"}


async def test_relations_of_relations(library: Any) -> None:
    """Rows loaded together are peers in their turn: each level is one statement."""
    shelf = await library.shelf()
    with library.statements() as noted:
        for book in await library.Book.objects.all():
            author = await book.author
            country = author.country and await author.country
            assert (country is None) == (author.name == "Homer")
    assert len(noted) == 3
    assert shelf["england"].id


async def test_reading_without_await(library: Any) -> None:
    """An unloaded relation says what was read, where, and both ways to mend it."""
    await library.shelf()
    book = await library.Book.objects.get(title="Emma")
    assert book.author.id == book.author_id
    with pytest.raises(RelationNotLoadedError) as caught:
        _ = book.author.name
    text = str(caught.value)
    assert "QBook.author was read (author.name) but is not loaded" in text
    assert f"{Path(__file__).name}:" in text
    assert "await row.author" in text
    assert "QBook.objects.select_related('author')" in text


async def test_null_relations_are_none(library: Any) -> None:
    """A relation that is NULL reads as None; `row.relation and await row.relation` is total."""
    shelf = await library.shelf()
    books = await library.Book.objects.order_by("id")
    assert books[0].editor is None
    editors = [book.editor and await book.editor for book in books]
    assert [editor and editor.name for editor in editors] == [
        None,
        "Homer",
        None,
        None,
        "Jane Austen",
        None,
    ]
    assert shelf["homer"] in editors


async def test_select_related(library: Any) -> None:
    """A join fetches the related rows beside the others; awaiting them asks nothing more."""
    await library.shelf()
    query = library.Book.objects.select_related("author__country", "editor").order_by("id")
    with library.statements() as noted:
        books = await query
        assert books[0].author.country.name == "England"
        assert books[0].editor is None
        assert books[1].editor.name == "Homer"
        assert (await books[1].editor).name == "Homer"
        assert books[3].author.country is None
    assert len(noted) == 1
    with library.statements() as noted:
        assert (await books[1].editor.country if books[1].editor.country else None) is None
    with pytest.raises(QueryError, match=r"QBook has no relation 'title'\. It has: author, editor"):
        library.Book.objects.select_related("title")


async def test_select_related_composes(library: Any) -> None:
    """select_related goes with filters over the same relation, get() and slices."""
    await library.shelf()
    books = library.Book.objects.select_related("author").select_related("editor")
    book = await books.get(author__name="Homer", editor__isnull=False)
    assert (book.author.name, book.editor.name) == ("Homer", "Jane Austen")
    assert len(await books.filter(editor__name="Homer")[:5]) == 1
    assert await books.count() == 6


async def test_prefetch_related(library: Any) -> None:
    """prefetch_related loads relations either way, one statement for each."""
    await library.shelf()
    authors = library.Author.objects.order_by("name")
    with library.statements() as noted:
        homer, jane = await authors.prefetch_related("books__editor", "country")
        assert [book.title for book in await jane.books] == ["Emma", "Persuasion", "Sanditon"]
        assert jane.country.name == "England"
        assert (await homer.books)[1].editor.name == "Jane Austen"
        assert (await homer.books)[0].author is homer
    assert len(noted) == 4
    assert await authors.prefetch_related("books").values("name") == [
        {"name": "Homer"},
        {"name": "Jane Austen"},
    ]
    with pytest.raises(QueryError, match="QAuthor has no relation 'cats'"):
        authors.prefetch_related("cats")


async def test_the_other_end(library: Any) -> None:
    """author.books is awaited for all peers at once, and begins queries."""
    shelf = await library.shelf()
    with library.statements() as noted:
        authors = await library.Author.objects.all()
        counts = [len(await author.books) for author in authors]
        assert [book.title async for book in authors[0].books] == ["Emma", "Persuasion", "Sanditon"]
    assert counts == [3, 3]
    assert len(noted) == 2
    jane = shelf["jane"]
    assert await jane.books.count() == 3
    assert await jane.books.exists() is True
    assert (await jane.books.get(title="Emma")).author == jane
    assert [book.title for book in await jane.books.exclude(price__gt=1)] == ["Sanditon"]
    assert [book.pages for book in await jane.books.filter(pages__gt=1).order_by("pages")] == [
        250,
        400,
    ]
    made = await jane.books.create(title="Lady Susan")
    assert (made.author_id, len(await jane.books)) == (jane.id, 4)
    with pytest.raises(QueryError, match="books was read of a QAuthor that was never saved"):
        await library.Author(name="new").books
    with pytest.raises(QueryError, match=r"QAuthor\.books cannot be assigned"):
        jane.books = []


async def test_self_references(library: Any) -> None:
    """A model may point to itself, by a key that is not called id."""
    root = await library.Note.objects.create(code="root")
    for number in range(3):
        await library.Note.objects.create(code=f"leaf{number}", parent=root)
    notes = await library.Note.objects.filter(parent__code="root").order_by("code")
    assert [(await note.parent).code for note in notes] == ["root"] * 3
    assert [note.code for note in await root.children.order_by("code")] == [
        "leaf0",
        "leaf1",
        "leaf2",
    ]
    assert notes[0].parent_id == "root"
    assert await root.delete() is True
    assert await library.Note.objects.count() == 0


async def test_assignment(library: Any) -> None:
    """Assigning a relation sets its key; assigning the key forgets the row."""
    shelf = await library.shelf()
    book = await library.Book.objects.get(title="Emma")
    book.author = shelf["homer"]
    assert (book.author_id, book.author.name) == (shelf["homer"].id, "Homer")
    book.author_id = shelf["jane"].id
    with pytest.raises(RelationNotLoadedError):
        _ = book.author.name
    assert (await book.author).name == "Jane Austen"
    other = await library.Book.objects.get(title="Iliad")
    other.author = (await library.Book.objects.get(title="Emma")).author
    assert other.author_id == shelf["jane"].id
    book.editor = None
    assert (book.editor, book.editor_id) == (None, None)
    with pytest.raises(QueryError, match=r"QBook\.author was assigned a int"):
        book.author = 5


async def test_unloaded_relations_compare(library: Any) -> None:
    """An unloaded relation equals the row it points to."""
    shelf = await library.shelf()
    emma, sanditon = await library.Book.objects.filter(title__in=["Emma", "Sanditon"])
    assert emma.author == shelf["jane"]
    assert emma.author == sanditon.author
    assert emma.author != shelf["homer"]
    assert len({emma.author, sanditon.author}) == 1
    assert repr(emma.author) == f"<QBook.author: QAuthor {shelf['jane'].id!r}, unloaded>"


async def test_hidden_state_stays_hidden(library: Any) -> None:
    """What a row knows of relations and peers is never in JSON, a copy or a pickle."""
    await library.shelf()
    books = await library.Book.objects.select_related("author").order_by("id")
    keys = list(msgspec.json.decode(msgspec.json.encode(books[0])))
    assert keys == ["id", "title", "author_id", "editor_id", "price", "pages", "published"]
    for again in (
        copy.copy(books[0]),
        copy.deepcopy(books[0]),
        pickle.loads(pickle.dumps(books[0])),  # noqa: S301  its own pickle
    ):
        assert again == books[0]
        assert again.title == "Emma"
        assert not hasattr(again, "_related")
        assert (await again.author).name == "Jane Austen"


async def test_peers_are_weak(library: Any) -> None:
    """Keeping one row of a query keeps none of the others."""
    await _many(library, 50)
    books = await library.Book.objects.order_by("id")
    kept, batch = books[0], books[0]._batch
    del books
    gc.collect()
    assert batch.rows() == [kept]
    with library.statements() as noted:
        await kept.author
    assert len(noted) == 1


async def test_await_of_a_row(library: Any) -> None:
    """Awaiting a row gives the row: a relation may be awaited whether it is loaded or not."""
    author = await library.Author.objects.create(name="Homer")
    assert await author is author
