"""Aggregates that SQLite lacks, in Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class _Spread:
    """Standard deviation or variance, kept up value by value (Welford)."""

    sample = False
    root = False

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def step(self, value: float | None) -> None:
        """Take a value."""
        if value is None:
            return
        self.count += 1
        away = value - self.mean
        self.mean += away / self.count
        self.squares += away * (value - self.mean)

    def finalize(self) -> float | None:
        """Return the result; NULL where there are too few values."""
        count = self.count - self.sample
        if count <= 0:
            return None
        variance = self.squares / count
        return math.sqrt(variance) if self.root else variance


class _VarianceOfSample(_Spread):
    sample = True


class _Deviation(_Spread):
    root = True


class _DeviationOfSample(_Deviation):
    sample = True


def _of_bits(join: Callable[[int, int], int]) -> type:
    class Bits:
        """Whole numbers joined bit by bit."""

        def __init__(self) -> None:
            self.made: int | None = None

        def step(self, value: int | None) -> None:
            """Take a value."""
            if value is not None:
                self.made = value if self.made is None else join(self.made, value)

        def finalize(self) -> int | None:
            """Return the result."""
            return self.made

    return Bits


class _Collect:
    """Values as a text or as a list: ``mode`` says which, and how the keys sort them."""

    def __init__(self) -> None:
        self.mode = ""
        self.separator = ""
        self.rows: list[tuple[Any, ...]] = []

    def step(self, mode: str, separator: str, value: Any, *keys: Any) -> None:
        """Take a value and its keys."""
        self.mode, self.separator = mode, separator
        if value is not None or not mode.startswith("text"):
            self.rows.append((value, *keys))

    def finalize(self) -> str | None:
        """Return the text, or the JSON of the list; NULL where there was nothing."""
        if not self.rows:
            return None
        form, distinct, *ways = self.mode.split(" ")
        rows = self.rows
        for place, way in reversed(list(enumerate(ways[0] if ways else "", 1))):
            rows.sort(key=lambda row, at=place: _sortable(row[at]), reverse=way == "d")  # type: ignore[misc]  # bound at once
        values = [row[0] for row in rows]
        if distinct == "distinct":
            values = list(dict.fromkeys(values if ways else sorted(values, key=_sortable)))
        if form == "text":
            return self.separator.join(map(str, values))
        if form == "documents":
            values = [None if value is None else msgspec.Raw(value.encode()) for value in values]
        return msgspec.json.encode(values).decode()


def _sortable(value: Any) -> tuple[int, Any]:
    """Order values as SQLite does: NULL, numbers, texts, bytes."""
    if value is None:
        return (0, 0)
    if isinstance(value, (int, float)):
        return (1, value)
    return (2, value) if isinstance(value, str) else (3, value)


AGGREGATES: dict[tuple[str, int], Any] = {
    ("var_pop", 1): _Spread,
    ("var_samp", 1): _VarianceOfSample,
    ("stddev_pop", 1): _Deviation,
    ("stddev_samp", 1): _DeviationOfSample,
    ("bit_and", 1): _of_bits(lambda one, other: one & other),
    ("bit_or", 1): _of_bits(lambda one, other: one | other),
    ("bit_xor", 1): _of_bits(lambda one, other: one ^ other),
    ("trimaran_collect", -1): _Collect,
}
