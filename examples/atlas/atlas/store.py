"""What is kept, in memory and within bounds: an example that anybody may write to."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

LIMIT = 1000


class Store(Generic[K, V]):
    """A mapping that forgets its oldest entry when it is full."""

    def __init__(self) -> None:
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._last = 0

    def number(self) -> int:
        """Return a number that was not given before."""
        self._last += 1
        return self._last

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > LIMIT:
            self._entries.popitem(last=False)

    def get(self, key: K) -> V | None:
        """Return the value of a key, if there is one."""
        return self._entries.get(key)

    def pop(self, key: K) -> V | None:
        """Remove a value and return it."""
        return self._entries.pop(key, None)

    def all(self) -> list[V]:
        """Return every value, the oldest first."""
        return list(self._entries.values())
