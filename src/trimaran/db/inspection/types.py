"""Annotations for the types of foreign databases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimaran.db.inspection.description import ColumnFound

_SIZED = re.compile(r"([a-z ]+?)\s*\((\d+)(?:\s*,\s*(\d+))?\)(.*)")
_PLAIN = {
    "bool": "bool",
    "boolean": "bool",
    "date": "date",
    "real": "float",
    "float": "float",
    "double": "float",
    "double precision": "float",
    "uuid": "UUID",
    "interval": "timedelta",
    "json": "Any",
    "jsonb": "Any",
    "bytea": "bytes",
    "blob": "bytes",
    "tinyblob": "bytes",
    "mediumblob": "bytes",
    "longblob": "bytes",
    "binary": "bytes",
    "varbinary": "bytes",
}
_INTEGERS = {
    "smallint": 16,
    "int2": 16,
    "tinyint": 16,
    "integer": 32,
    "int": 32,
    "int4": 32,
    "mediumint": 32,
    "bigint": 64,
    "int8": 64,
    "year": 16,
}
_TEXTS = ("text", "tinytext", "mediumtext", "longtext", "clob", "citext", "name", "xml")


def annotation(column: ColumnFound, vendor: str) -> tuple[str, dict[str, object], str]:
    """Return the annotation of a column, options of its ``Field``, and a remark."""
    if column.values:
        listed = ", ".join(repr(value) for value in column.values)
        own = {"db_enum": column.type.strip('"')} if vendor == "postgresql" else {}
        return f"Literal[{listed}]", dict(own), ""
    if column.type.endswith("[]") and vendor == "postgresql":
        return _array(column, vendor)
    word, sizes, rest = _parts(column.type)
    if word == "tinyint" and sizes[:1] == [1]:
        return "bool", {}, ""
    if word in _INTEGERS:
        bits = 64 if "unsigned" in rest or vendor == "sqlite" else _INTEGERS[word]
        return "int", {"bits": bits} if bits != 64 else {}, ""
    if word in ("numeric", "decimal", "dec"):
        if not sizes:
            return "Decimal", {"max_digits": 38, "decimal_places": 10}, ""
        return "Decimal", {"max_digits": sizes[0], "decimal_places": (*sizes, 0)[1]}, ""
    if word.startswith(("timestamp", "datetime")):
        zoned = "with time zone" in column.type
        return "datetime", {} if zoned else {"timezone": False}, ""
    return _further(column, vendor, word, sizes)


def _further(
    column: ColumnFound, vendor: str, word: str, sizes: list[int]
) -> tuple[str, dict[str, object], str]:
    if word in ("time", "time without time zone"):
        return "time", {}, ""
    if word == "uuid" and vendor == "mariadb":
        return "str", {"max_length": 36}, ""
    if word in _PLAIN and not (word == "json" and vendor == "postgresql"):
        return _PLAIN[word], {}, ""
    if word in ("character varying", "varchar", "character", "char", "nvarchar", "nchar"):
        return "str", {"max_length": sizes[0]} if sizes else {}, ""
    if word in _TEXTS or (vendor == "sqlite" and not column.type):
        return "str", {}, ""
    return "str", {}, f"the database's type is {column.type}"


def _array(column: ColumnFound, vendor: str) -> tuple[str, dict[str, object], str]:
    from dataclasses import replace

    inner, options, remark = annotation(replace(column, type=column.type[:-2]), vendor)
    kept = {key: value for key, value in options.items() if key in ("max_digits", "decimal_places")}
    return f"list[{inner}]", {"array": True, **kept}, remark


def _parts(text: str) -> tuple[str, list[int], str]:
    found = _SIZED.match(text)
    if found is None:
        first, _, rest = text.partition(" unsigned")
        return first.strip(), [], "unsigned" if " unsigned" in text else rest
    word, one, two, rest = found.groups()
    sizes = [int(one)] + ([int(two)] if two else [])
    return (word + (rest if "time zone" in rest else "")).strip(), sizes, rest
