"""Inserts that may meet rows, and DISTINCT ON: what is one vendor's own."""

from __future__ import annotations

from typing import Any


def upsert(vendor: str, table: Any, values: Any, unique: list[str], update: list[str]) -> Any:
    """Return the INSERT that leaves rows that exist alone, or updates their columns."""
    if vendor == "mysql" or vendor == "mariadb":
        from sqlalchemy.dialects import mysql

        made = mysql.insert(table).values(values)
        # A column set to itself changes nothing; IGNORE would swallow other faults too.
        kept = {name: made.inserted[name] for name in update}
        first = table.c[unique[0]] if unique else next(iter(table.c))
        return made.on_duplicate_key_update(kept or {first.name: first})
    from sqlalchemy.dialects import postgresql, sqlite

    insert: Any = (sqlite if vendor == "sqlite" else postgresql).insert(table).values(values)
    target = [table.c[name] for name in unique] or None
    if not update:
        return insert.on_conflict_do_nothing(index_elements=target)
    fresh = {name: insert.excluded[name] for name in update}
    return insert.on_conflict_do_update(index_elements=target, set_=fresh)


def distinct_on(clauses: list[Any]) -> Any:
    """Return the part of a SELECT that keeps the first row of each value."""
    from sqlalchemy.dialects import postgresql

    return postgresql.distinct_on(*clauses)
