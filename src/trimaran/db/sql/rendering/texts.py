"""Functions of texts: each takes vendor, option, kinds and arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from trimaran.db.sql.rendering.pieces import joined, number, text

if TYPE_CHECKING:
    from collections.abc import Callable


def _whole(clause: Any) -> Any:
    return sa.cast(clause, sa.Integer())


def _length(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    return (sa.func.length if vendor == "sqlite" else sa.func.char_length)(arguments[0])


def _substr(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    value, *places = arguments
    return sa.func.substr(value, *[_whole(place) for place in places])


def _concat(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    texts = [
        argument if side is not None and side.python is str else sa.cast(argument, sa.Text())
        for side, argument in zip(given, arguments, strict=True)
    ]
    parts = [sa.func.coalesce(part, text("")) for part in texts]
    return sa.func.concat(*parts) if vendor != "sqlite" else joined(*parts)


def _left(vendor: str, option: int, kind: Any, given: Any, arguments: list[Any]) -> Any:
    return sa.func.substr(arguments[0], number(1), number(option))


def _right(vendor: str, option: int, kind: Any, given: Any, arguments: list[Any]) -> Any:
    if vendor != "sqlite":
        return sa.func.right(arguments[0], number(option))
    # A negative place of 0 would be the beginning.
    return sa.func.substr(arguments[0], number(-option if option else 1), number(option))


def _pad(name: str) -> Callable[..., Any]:
    def render(vendor: str, option: int, kind: Any, given: Any, arguments: list[Any]) -> Any:
        value, fill = arguments
        return getattr(sa.func, name)(value, number(option), fill)

    return render


def _repeat(vendor: str, option: int, kind: Any, given: Any, arguments: list[Any]) -> Any:
    return sa.func.repeat(arguments[0], number(option))


def _str_index(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    value, part = arguments
    return (sa.func.strpos if vendor == "postgresql" else sa.func.instr)(value, part)


def _chr(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    (place,) = arguments
    if vendor == "sqlite":
        return sa.func.char(place)
    if vendor == "postgresql":
        return sa.func.chr(_whole(place))
    # CHAR() makes bytes, of which a code point above 127 needs several.
    return sa.func.trimaran_utf32(place)


def _ord(vendor: str, option: Any, kind: Any, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor == "sqlite":
        return sa.func.unicode(value)
    if vendor == "postgresql":
        return sa.func.ascii(value)
    return sa.func.trimaran_ord(sa.func.substr(value, number(1), number(1)))


def _hash(vendor: str, option: str, kind: Any, given: Any, arguments: list[Any]) -> Any:
    (value,) = arguments
    if vendor == "postgresql":
        if option == "md5":
            return sa.func.md5(value)
        raw = sa.func.convert_to(value, text("UTF8"))
        if option == "sha1":
            digest = sa.func.digest(raw, text("sha1"))  # of the extension pgcrypto
        else:
            digest = getattr(sa.func, option)(raw)
        return sa.func.encode(digest, text("hex"))
    if vendor == "mariadb" and option not in ("md5", "sha1"):
        return sa.func.sha2(value, number(int(option.removeprefix("sha"))))
    return getattr(sa.func, option)(value)


def _collate(vendor: str, option: str, kind: Any, given: Any, arguments: list[Any]) -> Any:
    return sa.collate(arguments[0], option)


RENDERED: dict[str, Callable[..., Any]] = {
    "chr": _chr,
    "collate": _collate,
    "concat": _concat,
    "hash": _hash,
    "left": _left,
    "length": _length,
    "lpad": _pad("lpad"),
    "ord": _ord,
    "repeat": _repeat,
    "right": _right,
    "rpad": _pad("rpad"),
    "str_index": _str_index,
    "substr": _substr,
}
