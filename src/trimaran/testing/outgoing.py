"""What a test client sends: options turned into a request."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from urllib.parse import quote, unquote_to_bytes, urlencode, urljoin, urlsplit

import msgspec

from trimaran.errors import TrimaranError

if TYPE_CHECKING:
    from trimaran.testing.channel import Content
    from trimaran.types import RawHeaders

Values: TypeAlias = "Mapping[str, Any] | Sequence[tuple[str, Any]]"

MAX_REDIRECTS = 20
_URL_SAFE = "/:@!$&'()*+,;=~-._%?[]"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class RequestOptions(TypedDict, total=False):
    """What every method of a test client takes beside the URL.

    params:           added to the URL's query; a list gives a repeated field
    json:             encoded as the body, with its content type
    data:             a mapping is sent as a form; text or bytes as they are
    files:            sent as a multipart form, with the fields of ``data``: a mapping or pairs of
                      names and files; a file is its content (bytes, text or an open file), or
                      ``(filename, content)``, or ``(filename, content, content_type)``
    content:          the body: bytes, text, or an iterable whose chunks arrive one by one
    auth:             user and password for HTTP Basic
    disconnect_after: seconds after which the client leaves; the handler runs to its end, then
                      ``ClientDisconnectedError`` is raised
    """

    params: Values | str | None
    headers: Mapping[str, str] | Sequence[tuple[str, str]] | None
    cookies: Mapping[str, str] | None
    json: Any
    data: Values | str | bytes | None
    files: Values | None
    content: Content | None
    auth: tuple[str, str] | None
    follow_redirects: bool | None
    disconnect_after: float | None


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """One request, ready to be sent. headers: without ``host`` and ``cookie``."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: Content
    follow_redirects: bool | None
    disconnect_after: float | None

    @property
    def path(self) -> str:
        """The path as a server decodes it; lone surrogates stand for what is no UTF-8."""
        path = unquote_to_bytes(urlsplit(self.url).path or "/")
        return path.decode("utf-8", "surrogateescape")

    @property
    def query_string(self) -> bytes:
        """What follows ``?``, as on the wire."""
        return urlsplit(self.url).query.encode("ascii")

    @property
    def announces_body(self) -> bool:
        """Whether the head announces a body, even an empty one."""
        return any(name.lower() in _BODY_HEADERS for name, _ in self.headers)

    def raw_headers(self, cookies: str) -> RawHeaders:
        """Return the header lines as they would stand on the wire."""
        names = {name.lower() for name, _ in self.headers}
        fields = list(self.headers)
        if "host" not in names:
            fields.insert(0, ("host", _host(self.url)))
        if cookies and "cookie" not in names:
            fields.append(("cookie", cookies))
        return [_encode(name, value) for name, value in fields]

    def redirected(self, status: int, location: str) -> Outgoing:
        """Return the request that follows a redirect, as browsers do (RFC 9110, 15.4)."""
        url = _quoted(urljoin(self.url, location))
        method, body, headers = self.method, self.body, self.headers
        becomes_get = (status == 303 and method != "HEAD") or (
            status in (301, 302) and method == "POST"
        )
        if becomes_get:
            method, body = "GET", b""
            headers = [field for field in headers if field[0].lower() not in _BODY_FIELDS]
        if urlsplit(url).netloc != urlsplit(self.url).netloc:
            private = {"authorization", "cookie", "host"}
            headers = [field for field in headers if field[0].lower() not in private]
        return Outgoing(
            method=method,
            url=url,
            headers=headers,
            body=body,
            follow_redirects=self.follow_redirects,
            disconnect_after=self.disconnect_after,
        )


_BODY_HEADERS = {"content-length", "transfer-encoding"}
_BODY_FIELDS = {*_BODY_HEADERS, "content-type"}


def build(
    method: str,
    url: str,
    options: RequestOptions,
    *,
    base_url: str,
    default_headers: Mapping[str, str],
) -> Outgoing:
    """Return the request that a client's method call describes.

    Raises ``TrimaranError`` where the body is given twice or an option does not exist.
    """
    unknown = set(options) - set(RequestOptions.__annotations__)
    if unknown:
        raise TrimaranError(
            "TRI-TEST-002",
            f"The test client knows no option {', '.join(sorted(unknown))}.",
            f"It takes {', '.join(RequestOptions.__annotations__)}.",
        )
    body, content_type = _body(options)
    given = options.get("headers") or ()
    headers = list(given.items() if isinstance(given, Mapping) else given)
    names = {name.lower() for name, _ in headers}
    headers = [
        (name, value) for name, value in default_headers.items() if name.lower() not in names
    ] + headers
    names |= {name.lower() for name in default_headers}
    auth = options.get("auth")
    if auth and "authorization" not in names:
        token = base64.b64encode(":".join(auth).encode()).decode()
        headers.append(("authorization", f"Basic {token}"))
    cookies = options.get("cookies")
    if cookies and "cookie" not in names:
        headers.append(("cookie", "; ".join(f"{name}={text}" for name, text in cookies.items())))
    if content_type and "content-type" not in names:
        headers.append(("content-type", content_type))
    if not names & _BODY_HEADERS:
        if not isinstance(body, bytes):
            headers.append(("transfer-encoding", "chunked"))
        elif body or method.upper() in ("POST", "PUT", "PATCH"):
            headers.append(("content-length", str(len(body))))
    return Outgoing(
        method=method.upper(),
        url=_with_params(_quoted(urljoin(base_url, url)), options.get("params")),
        headers=headers,
        body=body,
        follow_redirects=options.get("follow_redirects"),
        disconnect_after=options.get("disconnect_after"),
    )


def _body(options: RequestOptions) -> tuple[Content, str | None]:
    files = options.get("files")
    if files:
        return _with_files(options, files)
    given = [name for name in ("json", "data", "content") if options.get(name) is not None]
    if len(given) > 1:
        raise TrimaranError(
            "TRI-TEST-002", f"The body is given as {' and as '.join(given)}.", "Keep one of them."
        )
    if "json" in options and "json" not in given:
        return b"null", "application/json"
    if not given:
        return b"", None
    if given == ["json"]:
        return msgspec.json.encode(
            options.get("json"), enc_hook=_encode_foreign
        ), "application/json"
    value = options.get("data") if given == ["data"] else options.get("content")
    if given == ["data"] and not isinstance(value, str | bytes):
        form = _urlencode(value)  # type: ignore[arg-type]  # what is left of the union
        return form.encode(), "application/x-www-form-urlencoded"
    return (value.encode() if isinstance(value, str) else value), None  # type: ignore[return-value]  # None was sorted out above


def _with_files(options: RequestOptions, files: Values) -> tuple[bytes, str]:
    from trimaran.testing.multipart_body import multipart_body

    data = options.get("data")
    if isinstance(data, str | bytes) or any(
        options.get(name) is not None for name in ("json", "content")
    ):
        raise TrimaranError(
            "TRI-TEST-002",
            "Files are given beside a body that is no form.",
            "Give the form's other fields as a mapping: data={...}.",
        )
    return multipart_body(_pairs(data or ()), files)


def _encode_foreign(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    if dump is None:
        reason = f"{type(value).__name__} does not encode to JSON"
        raise TypeError(reason)
    return dump(mode="json")


def _with_params(url: str, params: Values | str | None) -> str:
    if not params:
        return url
    query = params if isinstance(params, str) else _urlencode(params)
    parts = urlsplit(url)
    return parts._replace(query="&".join(part for part in (parts.query, query) if part)).geturl()


def _urlencode(values: Values) -> str:
    return urlencode(_pairs(values))


def _pairs(values: Values) -> list[tuple[str, str]]:
    pairs = values.items() if isinstance(values, Mapping) else values
    fields: list[tuple[str, str]] = []
    for name, value in pairs:
        several = isinstance(value, list | tuple | set | frozenset)
        fields.extend((name, _text(one)) for one in (value if several else (value,)))
    return fields


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _quoted(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(
        path=quote(parts.path, safe=_URL_SAFE),
        query=quote(parts.query, safe=_URL_SAFE),
        fragment="",
    ).geturl()


def _host(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return host.removesuffix(f":{_DEFAULT_PORTS.get(parts.scheme, '')}")


def _encode(name: str, value: str) -> tuple[bytes, bytes]:
    try:
        return name.encode("ascii"), value.encode("latin-1")
    except UnicodeEncodeError:
        return name.encode("utf-8"), value.encode("utf-8")
