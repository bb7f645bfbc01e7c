"""Which table or column is an old one under a new name: told or asked for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations.source import same
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Table


class Renames:
    """Finds renames between two states.

    told:     ``{"movie": "film", "film.stars": "film.rating"}``, old name to new name; a column is
        named with its table's new name
    ask:      is asked of each likely rename, ``Was column film.stars renamed to film.rating?``
    warnings: the likely renames that nobody was there to confirm
    """

    def __init__(
        self, told: Mapping[str, str] | None = None, ask: Callable[[str], bool] | None = None
    ) -> None:
        self.told = dict(told or {})
        self.ask = ask
        self.warnings: list[str] = []
        self._used: set[str] = set()

    def tables(self, old: State, new: State) -> list[tuple[str, str]]:
        """Pairs of a table's old and new name."""
        gone = [name for name in old.tables if name not in new.tables]
        pairs: list[tuple[str, str]] = []
        for name, table in new.tables.items():
            if name in old.tables:
                continue
            for candidate in gone:
                alike = _columns_alike(old.tables[candidate], table)
                if self._is_rename("table", candidate, name, likely=alike):
                    gone.remove(candidate)
                    pairs.append((candidate, name))
                    break
        return pairs

    def columns(self, old: Table, new: Table) -> list[tuple[str, str]]:
        """Pairs of a column's old and new name within one table."""
        gone = [column for column in old.columns if new.column(column.name) is None]
        pairs: list[tuple[str, str]] = []
        for column in new.columns:
            if old.column(column.name) is not None:
                continue
            for candidate in gone:
                alike = same(dataclasses.replace(candidate, name=column.name), column)
                before, after = f"{new.name}.{candidate.name}", f"{new.name}.{column.name}"
                if self._is_rename("column", before, after, likely=alike):
                    gone.remove(candidate)
                    pairs.append((candidate.name, column.name))
                    break
        return pairs

    def check_told(self) -> None:
        """Raise a ``MigrationError`` for a rename that was told and is none."""
        unused = sorted(set(self.told) - self._used)
        if unused:
            what = ", ".join(f"{old} to {self.told[old]}" for old in unused)
            raise MigrationError(
                "TRI-MIGRATION-014",
                f"Nothing was renamed from {what}.",
                "The old name must be in the last migration's state and no longer in the models, "
                "the new one the other way round; a column is written table.column.",
            )

    def _is_rename(self, kind: str, old: str, new: str, *, likely: bool) -> bool:
        if old in self.told or new in self.told.values():
            agreed = self.told.get(old) == new
            if agreed:
                self._used.add(old)
            return agreed
        if not likely:
            return False
        if self.ask is not None:
            return self.ask(f"Was {kind} {old} renamed to {new}?")
        self.warnings.append(
            f"{kind} {old} is dropped with its data and {new} is added empty; if it was renamed, "
            f"say so: --rename {old}={new}"
        )
        return False


def _columns_alike(old: Table, new: Table) -> bool:
    def text(table: Table) -> dict[str, Any]:
        return {column.name: column for column in table.columns}

    before, after = text(old), text(new)
    return before.keys() == after.keys() and all(same(before[name], after[name]) for name in before)
