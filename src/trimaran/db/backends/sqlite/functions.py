"""Functions that SQLite lacks and the look-ups need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def define_functions(connection: sqlite3.Connection) -> None:
    """Give a connection ``REGEXP``, in Python's own dialect of regular expressions."""
    connection.create_function("regexp", 2, _regexp, deterministic=True)


def _regexp(pattern: str | None, value: object) -> bool | None:
    # X REGEXP Y calls regexp(Y, X).
    if pattern is None or value is None:
        return None
    return re.search(pattern, str(value)) is not None
