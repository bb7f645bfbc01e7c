"""What arithmetic makes of the kinds that it joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimaran.db.sql import kinds

if TYPE_CHECKING:
    from trimaran.db.sql.kinds import Kind

MOMENTS = frozenset({"date", "datetime", "naive_datetime", "time"})


def of_moments(op: str, left: Kind | None, right: Kind | None) -> str:
    """Return what an operator does to moments: ``shift``, ``between``, nothing."""
    if left is None or right is None or op not in ("+", "-"):
        return ""
    if left.sql in MOMENTS and right.sql == "interval":
        return "shift"
    if op == "-" and left.sql in MOMENTS and right.sql == left.sql:
        return "between"
    return ""


def of_arithmetic(op: str, left: Kind | None, right: Kind | None) -> Kind | None:
    """Return the kind of a result: an integer becomes what it is joined with."""
    if left is None or right is None:
        return left or right
    if op == "**":
        return kinds.FLOAT
    kind = right if left.sql == "bigint" and right.sql in ("float", "decimal") else left
    if kind.sql == "float" or "float" in (left.sql, right.sql):
        return kinds.FLOAT
    if op == "/" and kind.sql == "bigint":
        return kinds.FLOAT
    if kind.sql != "decimal":
        return kind
    places = [side.size[1] if side.sql == "decimal" else 0 for side in (left, right)]
    if op == "*":
        return kinds.decimal_result(sum(places))
    return kinds.decimal_result(max(places) + (6 if op == "/" else 0))
