"""Where rates are counted: the port, and the memory of one process."""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

LONG_KEY = 64
"""Characters of a key beyond which its digest stands for it: a client may choose the key."""


class Allowance(NamedTuple):
    """What a bucket says to one request.

    remaining: how many more may come at once; -1: this one may not
    wait:      seconds until the bucket is full again, or until one more may come
    """

    remaining: int
    wait: float


class RateLimitStore(Protocol):
    """Counts what the clients of a ``RateLimitMiddleware`` have taken.

    A store bounds what it keeps by itself and outlives the failure of whoever uses it: where it
    cannot count, it lets a request pass.
    """

    async def take(self, key: str, limit: int, per: float) -> Allowance:
        """Take one request out of a client's bucket.

        It holds ``limit`` requests and fills up again within ``per`` seconds.
        """
        ...


def take_from(full_at: float, now: float, limit: int, per: float) -> tuple[float, Allowance]:
    """Return when a bucket is full again after one request, and what is said to it.

    full_at: when it is full as it stands; what no bucket could owe, another clock has written
    """
    spacing = per / limit
    full_at = full_at if now < full_at <= now + per * 1.001 else now
    if full_at + spacing - now > per * (1 + 1e-9):
        return full_at, Allowance(-1, full_at + spacing - now - per)
    full_at += spacing
    return full_at, Allowance(int((per - (full_at - now)) / spacing + 1e-9), full_at - now)


class MemoryStore:
    """Counts in the memory of this process.

    max_keys: clients remembered at once; beyond it the one that was idle for longest is forgotten
    """

    def __init__(
        self, max_keys: int = 10_000, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_keys = max_keys
        self._clock = clock
        # When each client's bucket is full again, the latest caller last.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    async def take(self, key: str, limit: int, per: float) -> Allowance:
        """Take one request out of a client's bucket."""
        if len(key) > LONG_KEY:
            key = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        now = self._clock()
        full_at, allowance = take_from(self._full_at.get(key, now), now, limit, per)
        if allowance.remaining >= 0:
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._max_keys:
                self._full_at.popitem(last=False)
        return allowance
