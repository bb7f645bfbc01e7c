# /// script
# requires-python = ">=3.11"
#
# [tool.peer]
# title = "Trimaran"
# runtime = "project"
# command = ["{python}", "-m", "trimaran", "serve", "{app}", "--port", "{port}"]
# workloads = ["hello", "validate", "row", "echo"]
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
