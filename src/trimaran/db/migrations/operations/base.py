"""What every operation of a migration can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimaran.db.migrations.state import State


class Operation(ABC):
    """One change of a migration."""

    @abstractmethod
    def apply(self, state: State) -> None:
        """Change the state; a ``MigrationError`` where it does not fit."""

    @abstractmethod
    def inverse(self, before: State) -> Operation | None:
        """What undoes it, given the state before it; ``None`` where nothing does."""

    @abstractmethod
    def describe(self) -> str:
        """Say in a few words what it does: ``add column film.rating``."""

    def slug(self) -> str:
        """Say it in a file's name: ``add_film_rating``."""
        return self.describe().replace(" column ", " ").replace(" ", "_").replace(".", "_")


class TableOperation(Operation):
    """A change of one table's parts, which SQLite may have to rebuild the table for."""

    table: str
