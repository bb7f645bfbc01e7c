"""API keys in a header, a cookie, the query."""

import pytest

from trimaran.errors import ConfigurationError
from trimaran.security import APIKeyCookie, APIKeyHeader, APIKeyQuery


def test_a_key_is_given_from_its_place(call):
    """The header's name in any case."""
    assert call(APIKeyHeader(name="X-Key"), ("x-key", "abc")) == "abc"
    assert call(APIKeyCookie(name="key"), ("cookie", "a=1; key=abc")) == "abc"
    assert call(APIKeyQuery(name="key"), query=b"a=1&key=abc") == "abc"


@pytest.mark.parametrize("value", ["", " ", "a b", "\u00e9", "a\x7f"])
def test_what_is_no_key_counts_as_missing(call, value):
    """Comparing it in constant time would raise."""
    encoded = value.encode()
    for scheme, headers, query in (
        (APIKeyHeader, (("key", encoded),), b""),
        (APIKeyCookie, (("cookie", b"key=" + encoded),), b""),
        (APIKeyQuery, (), b"key=" + encoded),
    ):
        assert call.challenge(scheme(name="key"), *headers, query=query) == "APIKey"
        assert call(scheme(name="key", auto_error=False), *headers, query=query) is None


def test_a_missing_key_is_refused_or_none(call):
    """As ``auto_error`` says."""
    for kind in (APIKeyHeader, APIKeyCookie, APIKeyQuery):
        assert call.challenge(kind(name="key")) == "APIKey"
        assert call(kind(name="key", auto_error=False)) is None


def test_a_key_that_is_given_twice_counts_as_missing(call):
    """Which of the two was checked on the way?"""
    assert call.challenge(APIKeyHeader(name="key"), ("key", "a"), ("Key", "a")) == "APIKey"
    assert call.challenge(APIKeyQuery(name="key"), query=b"key=a&key=a") == "APIKey"


@pytest.mark.parametrize("kind", [APIKeyHeader, APIKeyCookie])
def test_a_name_that_nothing_can_have_is_told_at_once(kind):
    """A space ends a header's name."""
    with pytest.raises(ConfigurationError, match=rf"{kind.__name__} cannot read 'my key'"):
        kind(name="my key")


def test_check_api_key_can_be_overridden(call):
    """FastAPI's seam for a subclass."""

    class Known(APIKeyHeader):
        def check_api_key(self, api_key):
            return "known" if api_key == "abc" else super().check_api_key(None)

    assert call(Known(name="key"), ("key", "abc")) == "known"
    assert call.challenge(Known(name="key"), ("key", "other")) == "APIKey"
