"""Where a connection comes from."""

from __future__ import annotations

from typing import NamedTuple


class Address(NamedTuple):
    """A host and a port."""

    host: str
    port: int
