"""What a case of the table is, and the rows that all cases are asked of."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any


@dataclass(frozen=True)
class Case:
    """One feature of Django's documentation.

    section: the page of Django's reference
    name:    the feature, as the page calls it
    ask:     makes the query of the library's models
    answer:  what it returns, or a function that judges it
    only:    the vendors that have it
    """

    section: str
    name: str
    ask: Callable[[Any], Any]
    answer: Any
    only: tuple[str, ...] = ("sqlite", "postgresql", "mariadb")

    @property
    def id(self) -> str:
        """The name of the test."""
        return f"{self.section}-{self.name}"


MOMENT = datetime(2024, 2, 29, 13, 45, 10, 123456, tzinfo=UTC)
DOCUMENT = {
    "name": "Ada",
    "age": 36,
    "ok": True,
    "none": None,
    "tags": ["x", "y"],
    "home": {"city": "London", "no": [1, 2, 3]},
}


async def fill(library: Any) -> None:
    """Write the books and three samples."""
    await library.shelf()
    sample = library.Sample
    await sample.objects.create(
        whole=-7,
        real=0.5,
        flag=True,
        text="Héllo wörld",
        number="2.500",
        day=date(2024, 2, 29),
        clock=time(13, 45, 10, 5),
        moment=MOMENT,
        wall=datetime.fromisoformat("2024-02-29T13:45:10"),
        span=timedelta(days=2, seconds=1),
        token=uuid.UUID(int=1),
        data=DOCUMENT,
        grade=library.Grade.HIGH,
    )
    await sample.objects.create(
        whole=12,
        real=2.0,
        flag=False,
        text="plain",
        number="-1.125",
        day=date(2021, 1, 3),
        moment=datetime(2021, 1, 3, 23, 30, tzinfo=UTC),
        data={"name": "Bob", "age": 40.5, "ok": False, "tags": [], "a.b": 1, 'q"k': {"d\\e": 5}},
    )
    await sample.objects.create()


async def one(query: Any) -> Any:
    """Return the only value of the only row."""
    (row,) = await query
    return row


def of_first(expression: Any) -> Callable[[Any], Any]:
    """Return what asks an expression of the first sample."""

    def ask(library: Any) -> Any:
        rows = library.Sample.objects.filter(whole=-7)
        return one(rows.annotate(made=expression).values_list("made", flat=True))

    return ask


def samples(**lookups: Any) -> Callable[[Any], Any]:
    """Return what asks for the numbers of the samples that fulfil look-ups."""

    async def ask(library: Any) -> Any:
        found = library.Sample.objects.filter(**lookups).values_list("whole", flat=True)
        return sorted(await found, key=str)

    return ask


def titles(query: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what asks for the titles that a query of books finds."""

    async def ask(library: Any) -> Any:
        rows = query(library.Book.objects)
        return await rows.values_list("title", flat=True)

    return ask


def near(wanted: float) -> Callable[[Any], bool]:
    """Return what judges a number."""
    return lambda found: isinstance(found, float) and abs(found - wanted) < 1e-9
