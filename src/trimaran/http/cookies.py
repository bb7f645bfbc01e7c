"""Cookies (RFC 6265): lenient in what is read, strict in what is set."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Literal, TypeAlias

from trimaran.errors import InvalidHeaderError
from trimaran.http.dates import http_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from trimaran.types import RawHeaders

SameSite: TypeAlias = Literal["lax", "strict", "none"]

MAX_COOKIES = 500
"""Cookies of one request beyond this many are ignored; browsers keep fewer than 200 a site."""

MAX_COOKIE_BYTES = 4096
"""Name and value together: browsers drop a larger cookie without a word."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PLAIN_VALUE = re.compile(r"[!#-+\--:<-\[\]-~]*")
_FORBIDDEN_IN_VALUE = re.compile(r"[\x00-\x1f\x7f;]")
_ATTRIBUTE = re.compile(r"[\x20-\x3a\x3c-\x7e]*")
_ESCAPE = re.compile(r"\\([0-3][0-7][0-7])|\\(.)")


def read_cookies(raw: RawHeaders) -> dict[str, str]:
    """Return the cookies of a request's header fields, as ``parse_cookies`` does."""
    return parse_cookies(
        [
            value.decode("latin-1")
            for name, value in raw
            if len(name) == 6 and name.lower() == b"cookie"
        ]
    )


def parse_cookies(headers: Iterable[str]) -> dict[str, str]:
    """Return the cookies of a request's ``Cookie`` headers.

    What is malformed is skipped, and of a repeated name the last value stands. A value in double
    quotes is unquoted as Django, Starlette and Python's ``http.cookies`` write it.
    """
    cookies: dict[str, str] = {}
    left = MAX_COOKIES
    for header in headers:
        pairs = header.split(";", left)[:left]
        left -= len(pairs)
        for pair in pairs:
            name, equals, value = pair.partition("=")
            name = name.strip()
            if equals and name:
                value = value.strip()
                cookies[name] = _unquote(value) if value[:1] == '"' else value
        if left <= 0:
            break
    return cookies


def format_set_cookie(
    key: str,
    value: str = "",
    *,
    max_age: int | None = None,
    expires: datetime | str | int | None = None,
    path: str | None = "/",
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    samesite: SameSite | None = "lax",
    partitioned: bool = False,
) -> str:
    """Return the value of a ``Set-Cookie`` header.

    Raises ``InvalidHeaderError`` for what would break the header, and for what browsers silently
    drop: over 4,096 bytes, ``SameSite=None`` without ``Secure``, a prefix whose rules are broken.
    """
    _check_prefix(key, path=path, domain=domain, secure=secure)
    if samesite == "none" and not secure:
        raise _refused(key, "SameSite=None needs Secure", "Pass secure=True.")
    if partitioned and not secure:
        raise _refused(key, "Partitioned needs Secure", "Pass secure=True.")
    if samesite not in (None, "lax", "strict", "none"):
        raise _refused(
            key, f"samesite {samesite!r} does not exist", "Use 'lax', 'strict' or 'none'."
        )
    parts = [f"{key}={_quote(key, value)}"]
    if max_age is not None:
        parts.append(f"Max-Age={int(max_age)}")
    if expires is not None:
        parts.append(f"Expires={_attribute(key, 'expires', _expiry(expires))}")
    if path is not None:
        parts.append(f"Path={_attribute(key, 'path', path)}")
    if domain is not None:
        parts.append(f"Domain={_attribute(key, 'domain', domain)}")
    flags = (("Secure", secure), ("HttpOnly", httponly), ("Partitioned", partitioned))
    parts += [name for name, wanted in flags if wanted]
    if samesite is not None:
        parts.append(f"SameSite={samesite.capitalize()}")
    return "; ".join(parts)


def _check_prefix(key: str, *, path: str | None, domain: str | None, secure: bool) -> None:
    if _TOKEN.fullmatch(key) is None:
        raise _refused(key, "the name is not a token", "Use letters, digits, '-' and '_'.")
    prefix = key.lower()
    if prefix.startswith(("__secure-", "__host-")) and not secure:
        raise _refused(key, "its prefix needs Secure", "Pass secure=True.")
    if prefix.startswith("__host-") and (domain is not None or path != "/"):
        raise _refused(key, "its prefix forbids Domain and any Path but '/'", "Leave both out.")


def _quote(key: str, value: str) -> str:
    if _FORBIDDEN_IN_VALUE.search(value):
        mend = "Encode the value, with base64 for example."
        raise _refused(key, "the value holds a control character or ';'", mend)
    if _PLAIN_VALUE.fullmatch(value) is None:
        value = '"' + "".join(_escape(octet) for octet in value.encode("utf-8")) + '"'
    if len(key) + len(value) > MAX_COOKIE_BYTES:
        what = f"name and value take {len(key) + len(value):,} bytes of {MAX_COOKIE_BYTES:,}"
        raise _refused(key, what, "Keep the data on the server and send its key.")
    return value


def _escape(octet: int) -> str:
    if octet in b'"\\':
        return "\\" + chr(octet)
    if octet == 0x2C or octet > 0x7E:
        return f"\\{octet:03o}"
    return chr(octet)


def _unquote(value: str) -> str:
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    inner = value[1:-1]
    if "\\" not in inner:
        return inner
    octets = _ESCAPE.sub(
        lambda match: chr(int(match[1], 8)) if match[1] else match[2], inner
    ).encode("latin-1", "replace")
    return octets.decode("utf-8", "replace")


def _attribute(key: str, name: str, value: str) -> str:
    if _ATTRIBUTE.fullmatch(value) is None:
        mend = "Pass plain ASCII without ';'."
        raise _refused(key, f"{name} {value!r} holds a character that ends it", mend)
    return value


def _expiry(expires: datetime | str | int) -> str:
    if isinstance(expires, str):
        return expires
    if isinstance(expires, int):
        return http_date(time.time() + expires)
    return http_date(expires.timestamp())


def _refused(key: str, what: str, mend: str) -> InvalidHeaderError:
    return InvalidHeaderError("TRI-HTTP-005", f"Cookie {key!r} cannot be set: {what}.", mend)
