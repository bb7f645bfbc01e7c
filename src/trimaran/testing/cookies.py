"""The cookies that a test client keeps between requests, as a browser does."""

from __future__ import annotations

import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCookie:
    """One cookie and where it is sent. expires: seconds since 1970, or None."""

    name: str
    value: str
    domain: str
    path: str
    host_only: bool
    secure: bool
    expires: float | None


class CookieJar(MutableMapping[str, str]):
    """Cookies by name; of several with one name the one set last stands.

    ``client.cookies["theme"] = "dark"`` sets one that goes to every host and path.
    """

    def __init__(self, cookies: Iterable[tuple[str, str]] = ()) -> None:
        self._stored: dict[tuple[str, str, str], StoredCookie] = {}
        for name, value in cookies:
            self[name] = value

    def set(self, name: str, value: str, *, domain: str = "", path: str = "/") -> None:
        """Set a cookie; without a domain it goes to every host."""
        self._keep(
            StoredCookie(
                name=name,
                value=value,
                domain=domain.lstrip(".").lower(),
                path=path,
                host_only=False,
                secure=False,
                expires=None,
            )
        )

    def receive(self, url: str, headers: Iterable[str]) -> dict[str, str]:
        """Take the ``Set-Cookie`` headers of an answer; return what it set, by name."""
        parts = urlsplit(url)
        received = {}
        for header in headers:
            cookie = _parse(header, (parts.hostname or "").lower(), parts.path)
            if cookie is None:
                continue
            if cookie.expires is not None and cookie.expires <= time.time():
                self._stored.pop((cookie.name, cookie.domain, cookie.path), None)
                self._stored.pop((cookie.name, "", cookie.path), None)
                continue
            received[cookie.name] = cookie.value
            self._keep(cookie)
        return received

    def header_for(self, url: str) -> str:
        """Return the ``Cookie`` header for a request, longest paths first; often empty."""
        parts = urlsplit(url)
        fitting = [
            cookie
            for cookie in self._live()
            if _fits(cookie, (parts.hostname or "").lower(), parts.path or "/")
            and (not cookie.secure or parts.scheme == "https")
        ]
        fitting.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in fitting)

    def delete(self, name: str) -> None:
        """Forget the cookies of this name; raises ``KeyError`` where there is none."""
        del self[name]

    def _keep(self, cookie: StoredCookie) -> None:
        place = (cookie.name, cookie.domain, cookie.path)
        self._stored.pop(place, None)
        self._stored[place] = cookie

    def _live(self) -> list[StoredCookie]:
        now = time.time()
        return [c for c in self._stored.values() if c.expires is None or c.expires > now]

    def __getitem__(self, name: str) -> str:
        for cookie in reversed(self._live()):
            if cookie.name == name:
                return cookie.value
        raise KeyError(name)

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        places = [place for place in self._stored if place[0] == name]
        if not places:
            raise KeyError(name)
        for place in places:
            del self._stored[place]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(cookie.name for cookie in self._live()))

    def __len__(self) -> int:
        return len({cookie.name for cookie in self._live()})

    def __repr__(self) -> str:
        return f"CookieJar({', '.join(self)})"


def _parse(header: str, host: str, request_path: str) -> StoredCookie | None:
    pair, *attributes = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    given = {}
    for attribute in attributes:
        key, _, text = attribute.partition("=")
        given[key.strip().lower()] = text.strip()
    domain = given.get("domain", "").lstrip(".").lower()
    if domain and host != domain and not host.endswith("." + domain):
        return None
    path = given.get("path", "")
    if not path.startswith("/"):
        path = request_path.rpartition("/")[0] or "/"
    return StoredCookie(
        name=name.strip(),
        value=value.strip(),
        domain=domain or host,
        path=path,
        host_only=not domain,
        secure="secure" in given,
        expires=_expiry(given),
    )


def _expiry(given: dict[str, str]) -> float | None:
    try:
        if "max-age" in given:
            return time.time() + int(given["max-age"])
        if "expires" in given:
            return parsedate_to_datetime(given["expires"]).timestamp()
    except (ValueError, TypeError):
        return None
    return None


def _fits(cookie: StoredCookie, host: str, path: str) -> bool:
    subdomain = not cookie.host_only and host.endswith("." + cookie.domain)
    if cookie.domain and host != cookie.domain and not subdomain:
        return False
    if path == cookie.path or cookie.path == "/":
        return True
    return path.startswith(cookie.path.rstrip("/") + "/")
