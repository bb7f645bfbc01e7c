"""The cache of compiled statements, by query shape."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from trimaran.db.backends.base import Database
    from trimaran.db.sql.statement import Statement
    from trimaran.db.sql.terms import Shape

MAX_SHAPES = 2_000


class CacheInfo(NamedTuple):
    """How the cache has done: a miss compiles with SQLAlchemy, in a millisecond."""

    hits: int
    misses: int
    size: int
    max_size: int


class ShapeCache:
    """SQL text by shape and vendor; the shape used longest ago goes first."""

    def __init__(self, max_size: int = MAX_SHAPES) -> None:
        self.max_size = max_size
        self.hits = 0
        self.misses = 0
        self._statements: OrderedDict[Any, Statement] = OrderedDict()

    def statement(self, shape: Shape, database: Database) -> Statement:
        """Return the compiled statement of a shape, compiling it where it is new."""
        key = (database.vendor, shape)
        found = self._statements.get(key)
        if found is not None:
            self.hits += 1
            self._statements.move_to_end(key)
            return found
        from trimaran.db.sql.compiler import compile_shape

        self.misses += 1
        made = compile_shape(shape, database.dialect)
        self._statements[key] = made
        if len(self._statements) > self.max_size:
            self._statements.popitem(last=False)
        return made

    def info(self) -> CacheInfo:
        """Return hits, misses and size, as ``functools.lru_cache`` does."""
        return CacheInfo(self.hits, self.misses, len(self._statements), self.max_size)

    def clear(self) -> None:
        """Forget every statement; the counters stay."""
        self._statements.clear()


statements = ShapeCache()
