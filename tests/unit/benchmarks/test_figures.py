"""The statistics of the report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import middle, percentile, ratio, spread


def test_the_middle_of_nothing_is_none() -> None:
    """A peer that was not measured has no median, not a median of zero."""
    assert middle([]) is None
    assert middle([3, 1, 2]) == 2
    assert middle([4, 1, 2, 3]) == 2.5


@pytest.mark.parametrize(("share", "expected"), [(50, 50), (99, 99), (100, 100), (0, 1)])
def test_a_percentile_is_the_nearest_rank(share: int, expected: int) -> None:
    """It is a value that was measured, never one in between."""
    assert percentile(range(1, 101), share) == expected


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 100))
def test_a_percentile_covers_its_share(values: list[float], share: float) -> None:
    """At least ``share`` percent of the values do not exceed it."""
    found = percentile(sorted(values), share)
    assert found in values
    assert sum(value <= found for value in values) >= share / 100 * len(values) - 1e-6


def test_spread_is_half_the_range_over_the_median() -> None:
    """90 to 110 around 100 reads as 10 percent."""
    assert spread([90, 100, 110]) == pytest.approx(0.1)
    assert spread([100]) == 0
    assert spread([]) is None


def test_a_ratio_compares_medians() -> None:
    """One outlier changes nothing; nothing to compare with gives None."""
    assert ratio([200, 210, 9000], [100, 105, 1]) == pytest.approx(2.1)
    assert ratio([], [100]) is None
    assert ratio([100], []) is None
