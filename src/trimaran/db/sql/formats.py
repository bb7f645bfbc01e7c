"""Further kinds of columns: sized integers, texts with a form, arrays, your own."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from trimaran.db.sql import kinds
from trimaran.db.sql.cleaning import Fault, clean_int, clean_str
from trimaran.db.sql.kinds import Kind, Storage

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_SCHEMES = ("http", "https", "ftp", "ftps")
_MOST_ITEMS = 10_000


@lru_cache(maxsize=8)
def integer(bits: int) -> Kind:
    """Return the kind of a whole number of 16, 32 or 64 bits."""
    if bits == 64:
        return kinds.INT
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def clean(value: Any) -> int:
        number = clean_int(value)
        if not low <= number <= high:
            raise Fault("int_parsing_size", f"Input should fit in {bits} bits")
        return number

    return replace(kinds.INT, clean=clean, size=(bits,))


def formatted(form: str, max_length: int | None) -> Kind:
    """Return the kind of a text that has a form: ``email url slug ip file image``."""
    plain = kinds.text(max_length)
    check = _FORMS[form]

    def clean(value: Any) -> str:
        return check(clean_str(value))

    return replace(plain, clean=clean)


def _email(value: str) -> str:
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise Fault("email", "Input should be a valid e-mail address")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        known = parts.scheme.lower() in _SCHEMES and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        known = False
    if not known or any(character.isspace() for character in value):
        raise Fault("url", "Input should be a valid URL")
    return value


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise Fault("slug", "Input should be letters, digits, underscores and hyphens")
    return value


def _ip(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        raise Fault("ip_any_address", "Input should be a valid IPv4 or IPv6 address") from None


def _file(value: str) -> str:
    parts = value.replace("\\", "/").split("/")
    if value.startswith("/") or ":" in parts[0] or any(part in ("", ".", "..") for part in parts):
        raise Fault("file_name", "Input should be the name of a stored file, without '..'")
    return value


_IMAGES = (".apng", ".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp")


def _image(value: str) -> str:
    if not value.lower().endswith(_IMAGES):
        raise Fault("image_name", f"Input should end in one of {', '.join(_IMAGES)}")
    return _file(value)


_FORMS: dict[str, Callable[[str], str]] = {
    "email": _email,
    "url": _url,
    "slug": _slug,
    "ip": _ip,
    "file": _file,
    "image": _image,
}
SCHEMA_FORMATS = {"email": "email", "url": "uri", "file": "uri-reference", "image": "uri-reference"}
"""What OpenAPI calls a form."""


def array(item: Kind, python: Any) -> Kind:
    """Return the kind of a list of values: an array on PostgreSQL, JSON elsewhere."""

    def clean(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise Fault("list_type", "Input should be a valid list")
        if len(value) > _MOST_ITEMS:
            raise Fault("too_long", f"List should have at most {_MOST_ITEMS} items")
        return [None if part is None else item.clean(part) for part in value]

    def bind_native(value: Any) -> list[Any]:
        bind = item.storages["postgresql"].bind
        return [None if part is None else bind(part) for part in value]

    def bind_json(value: Any) -> str:
        bind = item.storages["sqlite"].bind
        return msgspec.json.encode([None if p is None else bind(p) for p in value]).decode()

    def read_json(value: Any) -> list[Any]:
        read = item.storages["sqlite"].read
        parts: list[Any] = msgspec.json.decode(value)
        return parts if read is None else [None if p is None else read(p) for p in parts]

    text = Storage(bind_json, read_json)
    storages = {"postgresql": Storage(bind_native), "sqlite": text, "mariadb": text}
    return Kind("array", python, "array", clean, storages, frozenset(), item=item)


class FieldType(Generic[T]):
    """A type of field of your own: ``colour: Annotated[str, Field(type=Colour())]``.

    ::

        class Colour(FieldType[str]):
            stored = str

            def clean(self, value: Any) -> str:
                if not re.fullmatch("#[0-9a-f]{6}", str(value).lower()):
                    raise ValueError("Input should be a colour such as #aabbcc")
                return str(value).lower()

            def to_db(self, value: str) -> int: ...
            def from_db(self, value: int) -> str: ...

    stored: the Python type of what the database holds: ``str int float bool bytes``
    schema: further keys of its JSON Schema
    """

    stored: type = str
    schema: dict[str, Any] = {}  # noqa: RUF012  replaced whole by those that derive from it

    def clean(self, value: Any) -> T:
        """Return the Python value of what was given; raises ``ValueError`` with the fault."""
        return value  # type: ignore[no-any-return]  # what it is, is this method's to say

    def to_db(self, value: T) -> Any:
        """Return what is stored."""
        return value

    def from_db(self, value: Any) -> T:
        """Return the Python value of what was stored."""
        return value  # type: ignore[no-any-return]  # likewise


def custom(own: FieldType[Any], python: Any, max_length: int | None) -> Kind:
    """Return the kind of a developer's own type."""
    base = kinds.text(max_length) if own.stored is str else kinds.of_python(own.stored)
    if base is None:
        message = f"stored={own.stored!r} of {type(own).__name__} is no type of a column"
        raise TypeError(message)

    def clean(value: Any) -> Any:
        try:
            return own.clean(value)
        except ValueError as error:
            if isinstance(error, Fault):
                raise
            raise Fault("value_error", str(error)) from None

    def storage(vendor: str) -> Storage:
        inner = base.storages[vendor]

        def bind(value: Any) -> Any:
            return inner.bind(own.to_db(clean(value)))

        def read(value: Any) -> Any:
            return own.from_db(value if inner.read is None else inner.read(value))

        return Storage(bind, read)

    storages = {vendor: storage(vendor) for vendor in base.storages}
    return replace(base, name="custom", python=python, clean=clean, storages=storages)
