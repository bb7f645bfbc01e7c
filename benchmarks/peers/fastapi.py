# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "fastapi==0.165.0",
#   "starlette==1.10.0",
#   "pydantic==2.14.3",
#   "uvicorn==0.54.0",
#   "uvloop==0.23.0",
#   "httptools==0.9.0",
#   "sqlalchemy[asyncio]==2.1.9",
#   "asyncpg==0.32.0",
# ]
#
# [tool.peer]
# title = "FastAPI"
# runtime = "python"
# command = [
#   "{python}", "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", "{port}",
#   "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
#   "--lifespan", "off",
# ]
# workloads = ["hello", "validate", "row", "depends", "structs", "body", "body_pydantic"]
# ///
"""FastAPI on Uvicorn with Pydantic models, SQLAlchemy's async ORM on asyncpg."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

WORKLOAD = os.environ["BENCH_WORKLOAD"]

app = FastAPI(title="Benchmark")

if WORKLOAD == "hello":

    class Message(BaseModel):
        message: str

    @app.get("/hello")
    async def hello() -> Message:
        return Message(message="Hello, World!")


if WORKLOAD == "validate":

    class Customer(BaseModel):
        name: str = Field(min_length=1, max_length=100)
        email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
        age: int = Field(ge=0, le=150)

    class Item(BaseModel):
        sku: str = Field(pattern=r"^[A-Z]-\d{4}$")
        quantity: int = Field(ge=1, le=999)
        price: float = Field(ge=0)

    class Order(BaseModel):
        customer: Customer
        items: list[Item] = Field(min_length=1, max_length=50)
        note: Annotated[str, Field(max_length=500)] | None = None
        express: bool = False

    class Validated(BaseModel):
        id: int
        q: str
        limit: int
        order: Order

    @app.post("/validate/{id}")
    async def validate(
        id: int,
        q: Annotated[str, Query(min_length=1, max_length=50)],
        order: Order,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Validated:
        return Validated(id=id, q=q, limit=limit, order=order)


if WORKLOAD == "depends":
    from fastapi import Cookie, Header

    class Caller(BaseModel):
        session: str
        language: str

    class Window(BaseModel):
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
        return Caller(session=session, language=accept_language)

    async def get_window(
        caller: Annotated[Caller, Depends(get_caller)],
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Window:
        return Window(
            session=caller.session, language=caller.language, page=page, offset=(page - 1) * 20
        )

    @app.get("/depends")
    async def depends(window: Annotated[Window, Depends(get_window)]) -> Window:
        return window


if WORKLOAD == "structs":

    class Film(BaseModel):
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


if WORKLOAD in ("body", "body_pydantic"):

    class Buyer(BaseModel):
        name: str = Field(min_length=1, max_length=100)
        city: str = Field(max_length=100)

    class Line(BaseModel):
        sku: str = Field(min_length=1, max_length=20)
        title: str = Field(max_length=200)
        quantity: int = Field(ge=1, le=999)
        price: float = Field(ge=0)
        tags: list[str] = Field(max_length=10)
        gift: bool = False

    class Invoice(BaseModel):
        number: int
        customer: Buyer
        lines: list[Line] = Field(min_length=1, max_length=500)

    @app.post("/body")
    async def body(invoice: Invoice) -> Invoice:
        return invoice


if WORKLOAD == "row":
    from sqlalchemy import String
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class BenchRow(Base):
        __tablename__ = "bench_row"

        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(String(200))
        pages: Mapped[int]
        rating: Mapped[float]
        in_print: Mapped[bool]

    class RowOut(BaseModel):
        model_config = ConfigDict(from_attributes=True)

        id: int
        title: str
        pages: int
        rating: float
        in_print: bool

    address = os.environ["BENCH_POSTGRES"].replace("postgresql://", "postgresql+asyncpg://")
    engine = create_async_engine(address, pool_size=10, max_overflow=6)
    make_session = async_sessionmaker(engine, expire_on_commit=False)

    async def get_session() -> AsyncIterator[AsyncSession]:
        async with make_session() as session:
            yield session

    @app.get("/rows/{id}", response_model=RowOut)
    async def read_row(id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> BenchRow:
        found = await session.get(BenchRow, id)
        if found is None:
            raise HTTPException(404, "No such row")
        return found
