"""Columns' names where they occur: in constraints, indexes and SQL text."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from trimaran.db.migrations.tables import Check, ForeignKey, Sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.db.migrations.tables import Column, Constraint, Index


def _word(name: str) -> re.Pattern[str]:
    # SQL text is known only as text: quoted strings are passed over, the bare or quoted name found.
    word = re.escape(name)
    return re.compile(rf"'(?:[^']|'')*'|\"{word}\"|(?<![\w.\"]){word}(?![\w\"])")


def mentions(text: str | None, name: str) -> bool:
    """Whether SQL text names a column."""
    if not text:
        return False
    return any(not match.group().startswith("'") for match in _word(name).finditer(text))


def constraint_uses(item: Constraint, name: str) -> bool:
    """Whether a constraint stands on a column of its table."""
    if isinstance(item, Check):
        return mentions(item.condition, name)
    return name in item.columns


def index_uses(index: Index, name: str) -> bool:
    """Whether an index stands on a column of its table."""
    if mentions(index.where, name):
        return True
    return any(
        mentions(item.text, name) if isinstance(item, Sql) else item == name
        for item in index.columns
    )


class Rename:
    """Replaces a column's name, exactly in names and by its word in SQL text."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new
        self._pattern = _word(old)

    def name(self, name: str) -> str:
        """The name, replaced if it is the column's."""
        return self._new if name == self._old else name

    def names(self, names: Sequence[str]) -> list[str]:
        """Each of the names."""
        return [self.name(name) for name in names]

    def text(self, text: str) -> str:
        """SQL text, its mentions of the column replaced."""
        return self._pattern.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        found = match.group()
        if found.startswith("'"):
            return found
        return f'"{self._new}"' if found.startswith('"') else self._new

    def in_constraint(self, item: Constraint, table: str, *, own: bool) -> Constraint:
        """A constraint of the column's table (``own``), or one that may refer to it."""
        if isinstance(item, Check):
            return dataclasses.replace(item, condition=self.text(item.condition)) if own else item
        if isinstance(item, ForeignKey) and item.target == table:
            item = dataclasses.replace(item, target_columns=self.names(item.target_columns))
        return dataclasses.replace(item, columns=self.names(item.columns)) if own else item

    def in_column(self, column: Column) -> Column:
        """A column of the same table."""
        computed = None if column.computed is None else self.text(column.computed)
        return dataclasses.replace(column, name=self.name(column.name), computed=computed)

    def in_index(self, index: Index) -> Index:
        """An index of the same table."""
        columns = [
            Sql(self.text(item.text)) if isinstance(item, Sql) else self.name(item)
            for item in index.columns
        ]
        where = None if index.where is None else self.text(index.where)
        return dataclasses.replace(index, columns=columns, where=where)
