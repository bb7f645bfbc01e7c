# /// script
# requires-python = ">=3.11"
#
# [tool.peer]
# title = "Trimaran"
# runtime = "project"
# command = ["{python}", "-m", "trimaran", "serve", "{app}", "--port", "{port}"]
# workloads = ["hello", "validate", "row", "echo", "depends", "structs", "body", "body_pydantic"]
# ///
"""An application as anyone would write it, run by ``trimaran serve`` with one worker."""

import os
from typing import Annotated

from msgspec import Meta, Struct

from trimaran import App, Query

WORKLOAD = os.environ["BENCH_WORKLOAD"]

app = App(title="Benchmark", database=os.environ["BENCH_POSTGRES"] or None)

if WORKLOAD in ("hello", "echo"):

    class Message(Struct):
        message: str

    @app.get("/hello")
    async def hello() -> Message:
        return Message("Hello, World!")


if WORKLOAD == "echo":
    from trimaran import WebSocket

    @app.websocket("/echo")
    async def echo(ws: WebSocket) -> None:
        await ws.accept()
        async for text in ws.iter_text():
            await ws.send_text(text)


if WORKLOAD == "validate":

    class Customer(Struct):
        name: Annotated[str, Meta(min_length=1, max_length=100)]
        email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)]
        age: Annotated[int, Meta(ge=0, le=150)]

    class Item(Struct):
        sku: Annotated[str, Meta(pattern=r"^[A-Z]-\d{4}$")]
        quantity: Annotated[int, Meta(ge=1, le=999)]
        price: Annotated[float, Meta(ge=0)]

    class Order(Struct):
        customer: Customer
        items: Annotated[list[Item], Meta(min_length=1, max_length=50)]
        note: Annotated[str, Meta(max_length=500)] | None = None
        express: bool = False

    class Validated(Struct):
        id: int
        q: str
        limit: int
        order: Order

    @app.post("/validate/{id:int}")
    async def validate(
        id: int,
        q: Annotated[str, Query(min_length=1, max_length=50)],
        order: Order,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Validated:
        return Validated(id, q, limit, order)


if WORKLOAD == "depends":
    from trimaran import Cookie, Depends, Header

    class Caller(Struct):
        session: str
        language: str

    class Window(Struct):
        session: str
        language: str
        page: int
        offset: int

    async def get_session(session: Annotated[str, Cookie(max_length=64)]) -> str:
        return session

    async def get_caller(
        session: Annotated[str, Depends(get_session)],
        accept_language: Annotated[str, Header()],
    ) -> Caller:
        return Caller(session, accept_language)

    async def get_window(
        caller: Annotated[Caller, Depends(get_caller)],
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Window:
        return Window(caller.session, caller.language, page, (page - 1) * 20)

    @app.get("/depends")
    async def depends(window: Annotated[Window, Depends(get_window)]) -> Window:
        return window


if WORKLOAD == "structs":

    class Film(Struct):
        id: int
        title: str
        year: int
        rating: float
        genre: str | None
        tags: list[str]
        on_screen: bool

    @app.get("/structs")
    async def structs() -> list[Film]:
        return [
            Film(
                id=number,
                title=f"The {number * 7919 % 9973}th voyage",
                year=1920 + number % 100,
                rating=number % 10 + 0.5,
                genre=None if number % 4 == 0 else "drama",
                tags=["sea", "sail"],
                on_screen=number % 3 != 0,
            )
            for number in range(100)
        ]


if WORKLOAD == "body":

    class Buyer(Struct):
        name: Annotated[str, Meta(min_length=1, max_length=100)]
        city: Annotated[str, Meta(max_length=100)]

    class Line(Struct):
        sku: Annotated[str, Meta(min_length=1, max_length=20)]
        title: Annotated[str, Meta(max_length=200)]
        quantity: Annotated[int, Meta(ge=1, le=999)]
        price: Annotated[float, Meta(ge=0)]
        tags: Annotated[list[str], Meta(max_length=10)]
        gift: bool = False

    class Invoice(Struct):
        number: int
        customer: Buyer
        lines: Annotated[list[Line], Meta(min_length=1, max_length=500)]

    @app.post("/body")
    async def body(invoice: Invoice) -> Invoice:
        return invoice


if WORKLOAD == "body_pydantic":
    from pydantic import BaseModel
    from pydantic import Field as PydanticField

    class PydanticBuyer(BaseModel):
        name: str = PydanticField(min_length=1, max_length=100)
        city: str = PydanticField(max_length=100)

    class PydanticLine(BaseModel):
        sku: str = PydanticField(min_length=1, max_length=20)
        title: str = PydanticField(max_length=200)
        quantity: int = PydanticField(ge=1, le=999)
        price: float = PydanticField(ge=0)
        tags: list[str] = PydanticField(max_length=10)
        gift: bool = False

    class PydanticInvoice(BaseModel):
        number: int
        customer: PydanticBuyer
        lines: list[PydanticLine] = PydanticField(min_length=1, max_length=500)

    @app.post("/body")
    async def body_by_pydantic(invoice: PydanticInvoice) -> PydanticInvoice:
        return invoice


if WORKLOAD == "row":
    from trimaran import Field, HTTPException, Model

    class BenchRow(Model):
        id: int = Field(primary_key=True)
        title: str = Field(max_length=200)
        pages: int
        rating: float
        in_print: bool

    @app.get("/rows/{id:int}")
    async def read_row(id: int) -> BenchRow:
        try:
            return await BenchRow.objects.get(id=id)
        except BenchRow.DoesNotExist:
            raise HTTPException(404, "No such row") from None
