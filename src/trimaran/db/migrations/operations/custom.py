"""Operations of a developer's own: SQL text and Python functions."""

from __future__ import annotations

import inspect
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from trimaran.db.migrations.operations.base import Operation
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from trimaran.db.migrations.data import Data
    from trimaran.db.migrations.state import State

DataFunction: TypeAlias = (
    "Callable[[Data], Awaitable[None]] | Callable[[Any, Any], Awaitable[None]]"
)
"""A step of a data migration: ``async def fill(data: Data) -> None``."""


@dataclass(frozen=True, eq=False)
class RunSQL(Operation):
    """Run SQL text as it stands, one or several statements.

    backward: what undoes it; ``""`` where there is nothing to undo; ``None`` makes the migration
        irreversible
    elidable: may be left out where migrations are squashed
    """

    noop: ClassVar[str] = ""
    forward: str
    backward: str | None = None
    _: KW_ONLY
    elidable: bool = False

    def apply(self, state: State) -> None:
        del state

    def inverse(self, before: State) -> Operation | None:
        del before
        return None if self.backward is None else RunSQL(self.backward, self.forward)

    def describe(self) -> str:
        return "run SQL"


async def nothing(data: Data) -> None:
    """Do nothing: the ``backward`` of a data migration that need not be undone."""
    del data


@dataclass(frozen=True, eq=False)
class RunPython(Operation):
    """Call an ``async def`` function with the database and its tables of that time.

    backward: what undoes it (``nothing`` where there is nothing to undo); without it the migration
        is irreversible
    elidable: may be left out where migrations are squashed
    """

    noop: ClassVar[DataFunction] = nothing
    forward: DataFunction
    backward: DataFunction | None = None
    _: KW_ONLY
    elidable: bool = False

    def __post_init__(self) -> None:
        for function in (self.forward, self.backward):
            if function is not None and not inspect.iscoroutinefunction(function):
                raise MigrationError(
                    "TRI-MIGRATION-003",
                    f"RunPython was given {function!r}, which is not a coroutine function.",
                    "Write `async def fill(data: Data) -> None`.",
                )

    def apply(self, state: State) -> None:
        del state

    def inverse(self, before: State) -> Operation | None:
        del before
        return None if self.backward is None else RunPython(self.backward, self.forward)

    def describe(self) -> str:
        return f"run {getattr(self.forward, '__name__', 'a function')}()"

    def slug(self) -> str:
        return f"run_{getattr(self.forward, '__name__', 'python')}"
