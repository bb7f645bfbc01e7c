"""Basic, Bearer and Digest: what they take from ``Authorization``, what they refuse."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.errors import ConfigurationError, HTTPException
from trimaran.security import (
    HTTPAuthorizationCredentials,
    HTTPBase,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
)

BASIC = 'Basic realm="Restricted", charset="UTF-8"'


def basic(text: str | bytes) -> tuple[str, str]:
    data = text if isinstance(text, bytes) else text.encode()
    return ("Authorization", "Basic " + b64encode(data).decode())


def test_basic_gives_name_and_password(call):
    """The password may hold colons, and both any character of UTF-8."""
    assert call(HTTPBasic(), basic("ann:se:cret")) == HTTPBasicCredentials("ann", "se:cret")
    assert call(HTTPBasic(), basic("märta:☃")) == HTTPBasicCredentials("märta", "☃")
    assert call(HTTPBasic(), basic(":")) == HTTPBasicCredentials("", "")


@pytest.mark.parametrize("name", ["basic", "BASIC", "bAsIc"])
def test_a_scheme_is_read_in_any_case(call, name):
    """As RFC 9110, 11.1 asks."""
    header = ("authorization", f"{name} YTpi")
    assert call(HTTPBasic(), header) == HTTPBasicCredentials("a", "b")


@pytest.mark.parametrize(
    "value",
    [
        "Basic ####",
        "Basic YTp",
        "Basic YTpi YTpi",
        "Basic YTpi\t",
        basic("no colon")[1],
        basic(b"\xff\xfe:x")[1],
        basic("ann:\x00")[1],
        basic("ann\r\n:x")[1],
        basic("ann:" + "x" * 8192)[1],
        "Basic \xe9",
    ],
)
@pytest.mark.parametrize("auto_error", [True, False])
def test_broken_basic_credentials_are_refused(call, value, auto_error):
    """Even where credentials are optional: these are none, yet somebody meant them to be."""
    scheme = HTTPBasic(auto_error=auto_error)
    assert call.challenge(scheme, ("Authorization", value.encode("latin-1"))) == BASIC


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("Authorization", ""),),
        (("Authorization", "Basic"),),
        (("Authorization", "Basic "),),
        (("Authorization", "Bearer YTpi"),),
        (basic("a:b"), basic("c:d")),
    ],
)
def test_missing_basic_credentials(call, headers):
    """No header, another scheme, or several headers that different programs would read."""
    assert call.challenge(HTTPBasic(), *headers) == BASIC
    assert call(HTTPBasic(auto_error=False), *headers) is None


def test_the_realm_is_quoted(call):
    """A quote in it does not end it."""
    scheme = HTTPBasic(realm='the "inner" \\ room')
    expected = 'Basic realm="the \\"inner\\" \\\\ room", charset="UTF-8"'
    assert call.challenge(scheme) == expected


def test_a_realm_that_breaks_the_header_is_told_at_once():
    """Not in the middle of a 401."""
    with pytest.raises(ConfigurationError, match=r"TRI-SECURITY-001 Realm 'a\\r\\nb: c' cannot"):
        HTTPBasic(realm="a\r\nb: c")


def test_bearer_gives_scheme_and_token(call):
    """The scheme as it was written."""
    found = call(HTTPBearer(), ("Authorization", "bearer abc.def-_~+/=="))
    assert found == HTTPAuthorizationCredentials("bearer", "abc.def-_~+/==")


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer  ", "Basic abc", "Bearer a b", "Bearer a\tb", b"Bearer \xe9", "abc"],
)
def test_anything_else_is_no_bearer_token(call, value):
    """401 with the challenge, or None where the token is optional."""
    header = ("Authorization", value)
    assert call.challenge(HTTPBearer(), header) == "Bearer"
    assert call(HTTPBearer(auto_error=False), header) is None


def test_two_authorization_headers_are_none(call):
    """Whichever is right, the other one may have been checked before."""
    headers = (("Authorization", "Bearer a"), ("authorization", "Bearer a"))
    assert call.challenge(HTTPBearer(), *headers) == "Bearer"


def test_digest_gives_the_header_in_two_parts(call):
    """Its check is the application's."""
    found = call(HTTPDigest(), ("Authorization", 'Digest username="ann", nonce="1"'))
    assert found == HTTPAuthorizationCredentials("Digest", 'username="ann", nonce="1"')
    assert call.challenge(HTTPDigest(), ("Authorization", "Basic YTpi")) == "Digest"
    assert call(HTTPDigest(auto_error=False)) is None


def test_the_base_takes_any_scheme(call):
    """For schemes that have no class."""
    scheme = HTTPBase(scheme="negotiate", auto_error=False)
    found = call(scheme, ("Authorization", "Negotiate YII="))
    assert found == HTTPAuthorizationCredentials("Negotiate", "YII=")
    assert call(scheme) is None
    assert call.challenge(HTTPBase(scheme="negotiate")) == "Negotiate"


def test_a_scheme_that_breaks_the_header_is_told_at_once():
    """It would stand in WWW-Authenticate."""
    with pytest.raises(ConfigurationError, match="Scheme 'a b' cannot stand in a header"):
        HTTPBase(scheme="a b")


def test_credentials_do_not_show_in_logs():
    """Their text form holds no secret."""
    assert repr(HTTPBasicCredentials("ann", "secret")) == (
        "HTTPBasicCredentials(username='ann', password=…)"
    )
    assert "secret" not in repr(HTTPAuthorizationCredentials("Bearer", "secret"))


@given(value=st.binary(max_size=200))
def test_no_header_breaks_a_scheme(value):
    """Credentials, nothing, or 401: whatever was sent."""
    from tests.unit.security.conftest import Caller

    for scheme in (HTTPBasic(), HTTPBearer(), HTTPDigest(), HTTPBase(scheme="x")):
        for prefix in (b"", b"Basic ", b"Bearer "):
            try:
                Caller()(scheme, ("Authorization", prefix + value))
            except HTTPException as error:
                assert error.status_code == 401
