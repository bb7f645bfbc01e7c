"""Dates in headers."""

from email.utils import formatdate

from hypothesis import given
from hypothesis import strategies as st

from trimaran.http.dates import http_date


@given(st.integers(min_value=0, max_value=4_102_444_800))
def test_dates_read_as_the_standard_librarys(seconds: int) -> None:
    """RFC 9110, 5.6.7, whatever the locale."""
    assert http_date(seconds) == formatdate(seconds, usegmt=True)
