"""The SQL of each kind of query, per dialect, against golden files.

``TRIMARAN_GOLDEN=write`` writes them again; read the difference before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.schema import CreateIndex, CreateTable

from trimaran.db import (
    Case,
    Coalesce,
    Concat,
    Count,
    Exists,
    Extract,
    F,
    Field,
    ForeignKey,
    Index,
    Length,
    Max,
    Model,
    OuterRef,
    Q,
    Round,
    Subquery,
    Sum,
    TruncMonth,
    UniqueConstraint,
    Value,
    When,
    registry,
)
from trimaran.db.queries.writes import assignments
from trimaran.db.sql.compiler import compile_shape
from trimaran.db.sql.rows import project_rows

GOLDEN = Path(__file__).parents[3] / "golden" / "sql"
DIALECTS: dict[str, Any] = {
    "postgresql": asyncpg.dialect(paramstyle="numeric_dollar"),  # type: ignore[no-untyped-call]
    "sqlite": sqlite.dialect(paramstyle="qmark"),  # type: ignore[no-untyped-call]
}


class GoldAuthor(Model):
    name: str = Field(max_length=100, unique=True)


class GoldBook(Model):
    title: str = Field(max_length=200, index=True)
    author: ForeignKey[GoldAuthor] = Field(on_delete="cascade", related_name="books")
    editor: ForeignKey[GoldAuthor] | None = Field(on_delete="set_null", related_name="edited")
    price: Decimal = Field(max_digits=8, decimal_places=2)
    added: datetime
    published: date | None
    data: dict[str, Any] = Field(default_factory=dict)

    class Meta:
        ordering = ("title",)
        indexes = (Index("author", "-published"),)
        constraints = (UniqueConstraint("title", "author"),)


BOOKS, AUTHORS = GoldBook.objects, GoldAuthor.objects

QUERIES: dict[str, Callable[[], Any]] = {
    "everything": BOOKS.all,
    "equal": lambda: BOOKS.filter(title="Emma", author=3),
    "text": lambda: BOOKS.filter(title__contains="a_b", title__icontains="%", title__iexact="x"),
    "ends": lambda: BOOKS.filter(title__startswith="a", title__endswith="b", title__iendswith="c"),
    "regex": lambda: BOOKS.filter(title__regex="a", title__iregex="b"),
    "order of values": lambda: BOOKS.filter(price__range=(1, 2), id__in=[1, 2]).limit(3).offset(4),
    "offset alone": lambda: BOOKS.order_by("id").offset(4),
    "dates": lambda: BOOKS.filter(published__year=2000, added__date="2000-01-01", added__hour=3),
    "not": lambda: BOOKS.exclude(title="a").exclude(editor=1, published=None),
    "alternatives": lambda: BOOKS.filter(Q(title="a") | ~Q(price__gt=1, id=2)),
    "join": lambda: BOOKS.filter(author__name="a", editor__name="b").order_by("-author__name"),
    "beside": lambda: BOOKS.select_related("author", "editor")[:5],
    "backwards": lambda: AUTHORS.filter(books__title="a", books__editor__name="b"),
    "backwards twice": lambda: AUTHORS.exclude(books__title="a").filter(edited__isnull=True),
    "subquery": lambda: BOOKS.filter(author__in=AUTHORS.filter(name="a")),
    "arithmetic": lambda: BOOKS.filter(F("price") * 2 + 1 > F("id"), price__lt=F("author__id")),
    "values": lambda: BOOKS.values("title", "author__name").distinct(),
    "annotated": lambda: BOOKS.annotate(size=Length("title"), dear=Q(price__gt=3)).filter(size=4),
    "choice": lambda: BOOKS.annotate(
        kind=Case(When(price__gt=3, then=Value("dear")), default=Value("cheap"))
    ).order_by("kind"),
    "functions": lambda: BOOKS.annotate(
        text=Concat("title", Value("-"), "id"),
        month=TruncMonth("added"),
        hour=Extract("added", "hour"),
        rounded=Round("price", 1),
        either=Coalesce("editor", 0),
    ).values_list("text", "month", "hour", "rounded", "either"),
    "of each row": lambda: AUTHORS.annotate(
        n=Count("books", filter=Q(books__price__gt=1)), top=Max("edited__price")
    ).filter(n__gt=2),
    "groups": lambda: (
        BOOKS.values("author__name").annotate(n=Count(), total=Sum("price")).filter(n__gt=1)
    ),
    "outer": lambda: AUTHORS.filter(Exists(BOOKS.filter(author=OuterRef("pk"), price__gt=1))),
    "scalar": lambda: AUTHORS.annotate(
        newest=Subquery(BOOKS.filter(author=OuterRef("pk")).order_by("-added").values("title"))
    ),
    "union": lambda: BOOKS.values("id").union(AUTHORS.values("id"), all=True).order_by("-id")[:3],
    "lock": lambda: BOOKS.select_related("author").select_for_update(skip_locked=True),
}


def _select(query: Any, vendor: str, *, form: str = "select") -> str:
    values: list[Any] = []
    projection = query._projection or project_rows(query._table)
    shape = query._shape(projection, values, vendor)
    if form == "count":
        shape = ("count", shape)
    statement = compile_shape(shape, DIALECTS[vendor])
    return f"{statement.sql}\n  {list(statement.parameters(values))!r}"


def _writes(vendor: str) -> dict[str, str]:
    table = GoldBook.__table_info__
    dialect = DIALECTS[vendor]
    columns = tuple(table.columns.values())[1:3]
    values: list[Any] = []
    assigned = assignments(table, {"price": F("price") + 1, "title": "x"}, values, vendor)
    where = BOOKS.filter(id__lt=3)._write_shape(values, vendor)
    joined = BOOKS.filter(author__name="a")._write_shape([], vendor)
    sliced = BOOKS.order_by("-id").limit(2)._write_shape([], vendor)
    shapes = {
        "insert": ("insert", table, columns, 1, (table.key,)),
        "insert several": ("insert", table, columns, 2, (table.key,)),
        "insert that meets rows": ("upsert", table, columns, 1, columns[:1], columns[1:]),
        "update": ("update", table, assigned, where),
        "update over a join": ("update", table, ((columns[0], None),), joined),
        "delete": ("delete", table, where),
        "delete of a slice": ("delete", table, sliced),
        "delete everything": ("delete", table, None),
    }
    return {name: compile_shape(shape, dialect).sql for name, shape in shapes.items()}


def _document(vendor: str) -> str:
    parts = {name: _select(make(), vendor) for name, make in QUERIES.items()}
    parts["count"] = _select(BOOKS.filter(title="a").order_by(), vendor, form="count")
    parts["count of a slice"] = _select(BOOKS.order_by()[:3], vendor, form="count")
    parts |= _writes(vendor)
    for table in ("gold_author", "gold_book"):
        built = registry.metadata().tables[table]
        script = [
            CreateTable(built),
            *map(CreateIndex, sorted(built.indexes, key=lambda i: i.name or "")),
        ]
        parts[table] = "\n".join(str(part.compile(dialect=DIALECTS[vendor])) for part in script)
    text = "\n\n".join(f"-- {name}\n{sql.strip()}" for name, sql in parts.items())
    return "\n".join(line.rstrip() for line in text.replace("\t", "    ").splitlines()) + "\n"


@pytest.mark.parametrize("vendor", sorted(DIALECTS))
def test_sql_is_as_it_was(vendor: str) -> None:
    """Each kind of query, write and table compiles to the SQL that was reviewed."""
    path = GOLDEN / f"queries.{vendor}.sql"
    made = _document(vendor)
    if os.environ.get("TRIMARAN_GOLDEN") == "write":
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")
