"""Names that follow from a model's own."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 63  # PostgreSQL cuts longer names off


def snake_case(name: str) -> str:
    """Return ``BookReview`` as ``book_review``."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return parted.lower()


def fitting(name: str) -> str:
    """Return a name that every database takes: a long one ends in a digest of itself."""
    if len(name.encode()) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: _LONGEST - 9].decode(errors="ignore") + "_" + digest
