"""The few statistics that the report needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

__all__ = ["middle", "percentile", "ratio", "spread"]


def middle(values: Sequence[float]) -> float | None:
    """Return the median; None of nothing."""
    return median(values) if values else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that ``share`` percent of the values do not exceed.

    ordered: sorted, not empty
    """
    rank = math.ceil(share / 100 * len(ordered))
    return ordered[min(len(ordered), max(1, rank)) - 1]


def spread(values: Sequence[float]) -> float | None:
    """Return how far the rounds lie apart: half of max - min, as a share of the median."""
    if not values or not median(values):
        return None
    return (max(values) - min(values)) / 2 / median(values)


def ratio(values: Sequence[float], others: Sequence[float]) -> float | None:
    """Return how many times the other's median the first one's is."""
    above, below = middle(values), middle(others)
    return above / below if above is not None and below else None
