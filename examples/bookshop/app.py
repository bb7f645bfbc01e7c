from decimal import Decimal
from typing import Annotated

from trimaran import App, Create, Field, ForeignKey, Model, Path, Query, get_object_or_404


class Author(Model):
    name: str = Field(max_length=100, unique=True)


class Book(Model):
    title: str = Field(max_length=200, index=True)
    author: ForeignKey[Author] = Field(on_delete="cascade", related_name="books")
    price: Decimal = Field(max_digits=8, decimal_places=2, ge=0)


app = App(title="Bookshop")


@app.post("/authors", status_code=201)
async def add_author(data: Create[Author]) -> Author:
    return await Author.objects.create(data)


@app.post("/books", status_code=201)
async def add_book(data: Create[Book]) -> Book:
    return await Book.objects.create(data)


@app.get("/books")
async def list_books(q: str = "", limit: Annotated[int, Query(ge=1, le=100)] = 20) -> list[Book]:
    return await Book.objects.filter(title__icontains=q).order_by("-id").limit(limit)


@app.get("/books/{id}")
async def read_book(id: Annotated[int, Path(ge=1)]) -> Book:
    return await get_object_or_404(Book, id=id)
