"""A bounded pool of threads for one kind of work."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


class ThreadPool:
    """Made when the first call needs it, and made anew after a fork.

    size: calls that run at once in one process; more of them wait
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._pool: ThreadPoolExecutor | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._pool = None

    def executor(self) -> ThreadPoolExecutor:
        """Return the threads."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(self._size, thread_name_prefix=self._name)
        return self._pool
