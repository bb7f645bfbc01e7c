"""Rates counted by all worker processes of one machine together."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from hashlib import blake2b
from typing import TYPE_CHECKING

from trimaran.middleware.rate_store import Allowance, take_from

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HEAD = struct.Struct("<8sQ16s")  # mark, number of sets, salt
_MARK = b"trirate1"
_WAYS = 8
_SLOT = struct.Struct("<Qd")  # digest of the key, 0 in a free slot; when its bucket is full
_SET = struct.Struct("<" + "Qd" * _WAYS)
_FIRST = 64  # where the sets begin
_PATIENCE = 50  # tries to lock a set, each after a turn of the other processes


class SharedStore:
    """Counts in a file that the processes of one machine map into their memory.

    A table of a fixed size: a key's digest, salted by the file's own random bytes, names one of its
    sets of eight slots. Where all eight are in use, the client that owes least is forgotten; one
    whose bucket is full owes nothing. The kernel locks a set while it is changed, and lets go of it
    when a process dies.

    path:     made where there is none
    max_keys: clients remembered at once; 16 bytes each
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_keys: int = 10_000,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        wanted = max(1, -(-max_keys // _WAYS))
        fcntl.lockf(self._file, fcntl.LOCK_EX, _FIRST)
        try:
            head = os.pread(self._file, _HEAD.size, 0)
            if len(head) < _HEAD.size or head[:8] != _MARK:
                os.ftruncate(self._file, 0)
                os.ftruncate(self._file, _FIRST + wanted * _SET.size)
                head = _HEAD.pack(_MARK, wanted, os.urandom(16))
                os.pwrite(self._file, head, 0)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, _FIRST)
        _, self._sets, self._salt = _HEAD.unpack(head)
        self._map = mmap.mmap(self._file, _FIRST + self._sets * _SET.size)

    async def take(self, key: str, limit: int, per: float) -> Allowance:
        """Take one request out of a client's bucket. Waits for no other process for long."""
        raw = key.encode("utf-8", "surrogatepass")
        digest = int.from_bytes(blake2b(raw, digest_size=8, key=self._salt).digest(), "little") or 1
        place = _FIRST + digest % self._sets * _SET.size
        locked = self._lock(place)
        try:
            return self._change(place, digest, limit, per)
        finally:
            if locked:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _SET.size, place)

    def _change(self, place: int, digest: int, limit: int, per: float) -> Allowance:
        values = _SET.unpack_from(self._map, place)
        now = self._clock()
        slot, owed = 0, float("inf")
        for index in range(_WAYS):
            other, full_at = values[2 * index], values[2 * index + 1]
            if other == digest:
                slot = index
                break
            left = max(0.0, full_at - now) if other else -1.0
            if left < owed:
                slot, owed = index, left
        known = values[2 * slot] == digest
        full_at, allowance = take_from(values[2 * slot + 1] if known else now, now, limit, per)
        if allowance.remaining >= 0:
            _SLOT.pack_into(self._map, place + slot * _SLOT.size, digest, full_at)
        return allowance

    def _lock(self, place: int) -> bool:
        """Lock a set; False where another process sits on it, which may have been stopped there.

        A count that two processes change at once may lose one request: better than a server that
        waits for a process that is held in a debugger.
        """
        for _ in range(_PATIENCE):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SET.size, place)
            except OSError:
                time.sleep(0)
            else:
                return True
        return False

    def close(self) -> None:
        """Let go of the file, which stays."""
        self._map.close()
        os.close(self._file)


def store_in(folder: Path, name: str, max_keys: int) -> SharedStore:
    """Return the store of a limit's name in the folder of the worker processes."""
    safe = "".join(mark if mark.isalnum() else "-" for mark in name)[:80]
    return SharedStore(folder / f"rate-{safe}", max_keys)
