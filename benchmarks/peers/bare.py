# /// script
# requires-python = ">=3.11"
# dependencies = ["uvloop==0.23.0", "httptools==0.9.0", "msgspec==0.22.0", "asyncpg==0.32.0"]
#
# [tool.peer]
# title = "bare loop"
# runtime = "python"
# command = ["{python}", "{app}"]
# workloads = ["hello", "validate", "row"]
# ///
"""No framework: a hand-written loop of uvloop, httptools and msgspec, the limit to measure against.

It reads no headers, knows no routes but its own and limits nothing, so no service could run on it.
A handler that cannot suspend is stepped once, without a task.
"""

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Annotated, Any
from urllib.parse import parse_qs

import httptools
import msgspec
import uvloop
from msgspec import Meta, Struct

WORKLOAD = os.environ["BENCH_WORKLOAD"]
HEAD = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
NOT_FOUND = b"404 Not Found"


class Message(Struct):
    message: str


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


class Query(Struct):
    q: Annotated[str, Meta(min_length=1, max_length=50)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class Validated(Struct):
    id: int
    q: str
    limit: int
    order: Order


class Row(Struct):
    id: int
    title: str
    pages: int
    rating: float
    in_print: bool


encode = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Order).decode


async def hello(path: bytes, query: bytes, body: bytes) -> tuple[bytes, bytes]:
    if path != b"/hello":
        return NOT_FOUND, b"{}"
    return b"200 OK", encode(Message("Hello, World!"))


async def validate(path: bytes, query: bytes, body: bytes) -> tuple[bytes, bytes]:
    try:
        id = int(path.removeprefix(b"/validate/"))
        values = {name: found[-1] for name, found in parse_qs(query.decode()).items()}
        asked = msgspec.convert(values, Query, strict=False)
        order = decode_order(body)
    except ValueError as error:
        return b"422 Unprocessable Content", encode({"detail": str(error)})
    return b"200 OK", encode(Validated(id, asked.q, asked.limit, order))


class Pool:
    """Connections, the last used first; prepared statements stay with theirs."""

    def __init__(self, connections: list[Any]) -> None:
        self.free = connections
        self.waiting: list[asyncio.Future[Any]] = []

    async def take(self) -> Any:
        if self.free:
            return self.free.pop()
        future = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        return await future

    def give(self, connection: Any) -> None:
        if self.waiting:
            self.waiting.pop(0).set_result(connection)
        else:
            self.free.append(connection)


pool: Pool


async def row(path: bytes, query: bytes, body: bytes) -> tuple[bytes, bytes]:
    try:
        id = int(path.removeprefix(b"/rows/"))
    except ValueError:
        return NOT_FOUND, b"{}"
    held = await pool.take()
    try:
        found = await held[1].fetchrow(id)
    finally:
        pool.give(held)
    return (NOT_FOUND, b"{}") if found is None else (b"200 OK", encode(Row(*found)))


HANDLER = {"hello": hello, "validate": validate, "row": row}[WORKLOAD]
SUSPENDS = WORKLOAD == "row"


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.parser = httptools.HttpRequestParser(self)
        self.url = b""
        self.body = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        path, _, query = self.url.partition(b"?")
        coroutine = HANDLER(path, query, self.body)
        self.url = self.body = b""
        if SUSPENDS:
            self.loop.create_task(self.finish(coroutine))
            return
        try:
            coroutine.send(None)
        except StopIteration as stop:
            self.answer(*stop.value)

    async def finish(self, coroutine: Coroutine[Any, Any, tuple[bytes, bytes]]) -> None:
        self.answer(*await coroutine)

    def answer(self, status: bytes, body: bytes) -> None:
        self.transport.write(HEAD % (status, len(body)) + body)


async def connect() -> tuple[Any, Any]:
    import asyncpg

    connection = await asyncpg.connect(os.environ["BENCH_POSTGRES"])
    query = "select id, title, pages, rating, in_print from bench_row where id = $1"
    return connection, await connection.prepare(query)


async def main() -> None:
    global pool  # noqa: PLW0603  made once, before the first request
    loop = asyncio.get_running_loop()
    if SUSPENDS:
        pool = Pool([await connect() for _ in range(10)])
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await loop.create_server(Connection, "127.0.0.1", int(os.environ["BENCH_PORT"]), backlog=1024)
    await ended.wait()


if __name__ == "__main__":
    uvloop.run(main())
