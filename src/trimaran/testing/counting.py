"""Statements counted, so that a test can hold a budget."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimaran.db.backends.observing import Observation


class CountedQueries:
    """The statements that were run inside a ``with`` block.

    seen: each with its text, the time that it took and the line that asked
    """

    def __init__(self) -> None:
        self.seen: list[Observation] = []

    def __len__(self) -> int:
        return len(self.seen)

    @property
    def count(self) -> int:
        """How many there were."""
        return len(self.seen)

    @property
    def statements(self) -> list[str]:
        """Their text."""
        return [one.sql for one in self.seen]

    def report(self) -> str:
        """Each statement on a line, with the line of code that asked."""
        lines = [f"{n}. {one.sql}\n   {one.where}" for n, one in enumerate(self.seen, 1)]
        return "\n".join(lines)

    def assert_max(self, most: int) -> None:
        """Fail where more statements were run than these."""
        if len(self.seen) > most:
            self._fail(f"at most {most}")

    def assert_exactly(self, wanted: int) -> None:
        """Fail where another number of statements was run."""
        if len(self.seen) != wanted:
            self._fail(f"exactly {wanted}")

    def _fail(self, wanted: str) -> None:
        message = f"{len(self.seen)} statements were run, {wanted} were expected:\n{self.report()}"
        raise AssertionError(message)


@contextmanager
def count_queries() -> Iterator[CountedQueries]:
    """Note every statement of every installed database inside the block."""
    from trimaran.db.backends.registry import databases

    counted = CountedQueries()
    stops = [database.observe(counted.seen.append) for database in databases()]
    try:
        yield counted
    finally:
        for stop in stops:
            stop()


@contextmanager
def max_queries(most: int) -> Iterator[CountedQueries]:
    """Fail where the block runs more statements than these."""
    with count_queries() as counted:
        yield counted
    counted.assert_max(most)
