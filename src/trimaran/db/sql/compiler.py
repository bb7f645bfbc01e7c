"""Shapes made into SQL text by SQLAlchemy Core; loaded when one is first met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.sql.selecting import (
    compile_aggregated,
    compile_combined,
    compile_count,
    compile_select,
)
from trimaran.db.sql.writing import (
    compile_delete,
    compile_insert,
    compile_update,
    compile_upsert,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect

    from trimaran.db.sql.statement import Statement
    from trimaran.db.sql.terms import Shape

COMPILERS: dict[str, Callable[[Shape, Dialect], Statement]] = {
    "select": compile_select,
    "query": compile_select,
    "combined": compile_combined,
    "aggregated": compile_aggregated,
    "count": compile_count,
    "insert": compile_insert,
    "upsert": compile_upsert,
    "update": compile_update,
    "delete": compile_delete,
}


def compile_shape(shape: Shape, dialect: Dialect) -> Statement:
    """Return the statement of any shape."""
    return COMPILERS[shape[0]](shape, dialect)
