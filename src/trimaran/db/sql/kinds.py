"""What a column holds: its Python type, how values are checked, bound and read.

Each kind has one ``Storage`` for each vendor; a new vendor is one more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from trimaran.db.sql import binding, cleaning
from trimaran.db.sql.cleaning import Fault, safe_text

Convert: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Storage:
    """How one vendor stores a kind.

    bind: makes a parameter of a value; raises ``Fault`` where the value is of another type
    read: makes the Python value of what the driver returned; None where it is that already
    """

    bind: Convert
    read: Convert | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One type of column.

    sql:       the name of the SQL type, which ``trimaran.db.sql.types`` understands
    size:      its parameters, ``(200,)`` or ``(8, 2)``
    clean:     makes the Python value of what a developer or client gave; raises ``Fault``
    lookups:   groups of look-ups that it takes: ``equal order text search``
    item:      of an array, the kind of what it holds
    db_enum:   PostgreSQL's own type of an enumeration
    """

    name: str
    python: Any
    sql: str
    clean: Convert
    storages: dict[str, Storage]
    lookups: frozenset[str]
    size: tuple[int, ...] = ()
    item: Kind | None = None
    db_enum: str = ""


_EQUAL = frozenset({"equal"})
_ORDER = _EQUAL | {"order"}
_TEXT = _ORDER | {"text", "search"}


def _kind(
    name: str,
    python: Any,
    sql: str,
    clean: Convert,
    *,
    postgresql: Storage,
    sqlite: Storage,
    mariadb: Storage,
    lookups: frozenset[str] = _ORDER,
    size: tuple[int, ...] = (),
) -> Kind:
    storages = {"postgresql": postgresql, "sqlite": sqlite, "mariadb": mariadb}
    return Kind(name, python, sql, clean, storages, lookups, size)


_text_storage = Storage(binding.bind_str)

INT = _kind(
    "int",
    int,
    "bigint",
    cleaning.clean_int,
    postgresql=Storage(binding.bind_int),
    sqlite=Storage(binding.bind_int),
    mariadb=Storage(binding.bind_int),
)
FLOAT = _kind(
    "float",
    float,
    "float",
    cleaning.clean_float,
    postgresql=Storage(binding.bind_float),
    sqlite=Storage(binding.bind_float, float),
    mariadb=Storage(binding.bind_float_mariadb, float),
)
BOOL = _kind(
    "bool",
    bool,
    "bool",
    cleaning.clean_bool,
    postgresql=Storage(cleaning.clean_bool),
    sqlite=Storage(cleaning.clean_bool, bool),
    mariadb=Storage(cleaning.clean_bool, bool),
    lookups=_EQUAL,
)
TEXT = _kind(
    "str",
    str,
    "text",
    cleaning.clean_str,
    postgresql=_text_storage,
    sqlite=_text_storage,
    mariadb=_text_storage,
    lookups=_TEXT,
)
DATE = _kind(
    "date",
    date,
    "date",
    cleaning.clean_date,
    postgresql=Storage(binding.bind_date),
    sqlite=Storage(lambda value: binding.bind_date(value).isoformat(), date.fromisoformat),
    mariadb=Storage(binding.bind_date),
)
DATETIME = _kind(
    "datetime",
    datetime,
    "datetime",
    cleaning.clean_datetime,
    postgresql=Storage(binding.bind_datetime),
    sqlite=Storage(
        lambda value: binding.text_of_datetime(binding.bind_datetime(value)), binding.read_moment
    ),
    mariadb=Storage(binding.bind_naive, binding.utc),
)
NAIVE_DATETIME = _kind(
    "naive datetime",
    datetime,
    "naive_datetime",
    cleaning.clean_naive,
    postgresql=Storage(binding.bind_naive),
    sqlite=Storage(
        lambda value: binding.text_of_datetime(binding.bind_naive(value)), datetime.fromisoformat
    ),
    mariadb=Storage(binding.bind_naive),
)
TIME = _kind(
    "time",
    time,
    "time",
    cleaning.clean_time,
    postgresql=Storage(binding.bind_time),
    sqlite=Storage(
        lambda value: binding.bind_time(value).isoformat(timespec="microseconds"),
        time.fromisoformat,
    ),
    mariadb=Storage(binding.bind_time, binding.time_of),
)
TIMEDELTA = _kind(
    "timedelta",
    timedelta,
    "interval",
    cleaning.clean_timedelta,
    postgresql=Storage(cleaning.clean_timedelta),
    sqlite=Storage(binding.microseconds, binding.timedelta_of),
    mariadb=Storage(binding.microseconds, binding.timedelta_of),
)
UUID_KIND = _kind(
    "UUID",
    UUID,
    "uuid",
    cleaning.clean_uuid,
    postgresql=Storage(cleaning.clean_uuid),
    sqlite=Storage(binding.hex_of_uuid, UUID),
    mariadb=Storage(binding.text_of_uuid, UUID),
)
BYTES = _kind(
    "bytes",
    bytes,
    "bytes",
    cleaning.clean_bytes,
    postgresql=Storage(cleaning.clean_bytes),
    sqlite=Storage(cleaning.clean_bytes),
    mariadb=Storage(cleaning.clean_bytes),
    lookups=_EQUAL,
)


def text(max_length: int | None) -> Kind:
    """Return the kind of a text, bounded where ``max_length`` is given."""
    if max_length is None:
        return TEXT
    return _kind(
        "str",
        str,
        "varchar",
        cleaning.clean_str,
        postgresql=_text_storage,
        sqlite=_text_storage,
        mariadb=_text_storage,
        lookups=_TEXT,
        size=(max_length,),
    )


def decimal(max_digits: int, decimal_places: int) -> Kind:
    """Return the kind of a fixed-point number.

    SQLite has none: it stores a double, which holds 15 digits exactly.
    """
    form = f"%.{decimal_places}f"

    def read(value: Any) -> Decimal:
        return Decimal(value) if type(value) is str else Decimal(form % value)

    return _kind(
        "Decimal",
        Decimal,
        "decimal",
        cleaning.clean_decimal,
        postgresql=Storage(binding.bind_decimal),
        sqlite=Storage(binding.bind_decimal_sqlite, read),
        mariadb=Storage(binding.bind_decimal_mariadb),
        size=(max_digits, decimal_places),
    )


@lru_cache(maxsize=64)
def decimal_result(decimal_places: int) -> Kind:
    """Return the kind of a computed number; one object for each count of places."""
    return decimal(38, min(decimal_places, 20))


def json(python: Any) -> Kind:
    """Return the kind of a JSON document; ``python`` is its annotation."""
    return _kind(
        "JSON",
        python,
        "json",
        cleaning.clean_json,
        postgresql=Storage(binding.same),
        sqlite=Storage(binding.json_text, msgspec.json.decode),
        mariadb=Storage(binding.json_text, msgspec.json.decode),
        lookups=frozenset(),
    )


JSON = json(Any)
"""A document made by an expression."""
_OF_JSON: dict[str, Convert] = {
    "bool": bool,
    "date": date.fromisoformat,
    "datetime": lambda text: binding.bind_datetime(datetime.fromisoformat(text)),
    "naive_datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "interval": binding.timedelta_of,
}


@lru_cache(maxsize=256)
def listed(element: Kind) -> Kind:
    """Return the kind of a list of values: JSON where there are no arrays."""
    read = _OF_JSON.get(element.sql)
    hook = Decimal if element.sql == "decimal" else None
    decoder = msgspec.json.Decoder(float_hook=hook)

    def of_text(text: Any) -> Any:
        values = decoder.decode(text)
        if hook is not None:
            form = f"%.{element.size[1]}f"
            return [None if value is None else Decimal(form % value) for value in values]
        if read is None:
            return values
        return [None if value is None else read(value) for value in values]

    def bind(value: Any) -> Any:
        return [element.storages["postgresql"].bind(item) for item in value]

    members = element.storages["postgresql"].read
    return _kind(
        f"list of {element.name}",
        list,
        "list",
        cleaning.clean_json,
        postgresql=Storage(
            bind,
            None if members is None else (lambda items: [v and members(v) for v in items]),
        ),
        sqlite=Storage(binding.json_text, of_text),
        mariadb=Storage(binding.json_text, of_text),
        lookups=frozenset(),
    )


SEARCH = _kind(
    "text search",
    str,
    "search",
    cleaning.clean_str,
    postgresql=_text_storage,
    sqlite=_text_storage,
    mariadb=_text_storage,
    lookups=frozenset(),
)
"""PostgreSQL's vectors and queries, inside expressions only."""


def choice(python: Any, members: dict[Any, Any], *, length: int) -> Kind:
    """Return the kind of an enumeration: ``members`` maps stored to Python values.

    length: of the longest stored text; 0 where the stored values are integers
    """
    stored = {member: value for value, member in members.items()}
    expected = ", ".join(repr(value) for value in members)
    word = "enum" if isinstance(python, type) else "literal_error"
    native = all(value is member for value, member in members.items())

    def clean(value: Any) -> Any:
        try:
            if value in stored:
                return value
            return members[value]
        except (KeyError, TypeError):
            raise Fault(word, f"Input should be {expected}", expected=expected) from None

    def bind(value: Any) -> Any:
        try:
            return stored[clean(value)]
        except Fault:
            # A value that is no member equals no row; it may still come from a client.
            return safe_text(value) if isinstance(value, str) and length else _foreign(value)

    def _foreign(value: Any) -> Any:
        if length or not isinstance(value, int):
            raise Fault(word, f"Input should be {expected}", expected=expected)
        return binding.bind_int(value)

    storage = Storage(bind, None if native else members.__getitem__)
    sql, size = ("varchar", (length,)) if length else ("bigint", ())
    return _kind(
        "choice",
        python,
        sql,
        clean,
        postgresql=storage,
        sqlite=storage,
        mariadb=storage,
        lookups=_ORDER,
        size=size,
    )


_BY_TYPE: tuple[tuple[type, Kind], ...] = (
    (bool, BOOL),
    (int, INT),
    (float, FLOAT),
    (str, TEXT),
    (datetime, DATETIME),
    (date, DATE),
    (time, TIME),
    (timedelta, TIMEDELTA),
    (UUID, UUID_KIND),
    (bytes, BYTES),
)
_PLAIN_DECIMAL = decimal(38, 10)


def kind_of_value(value: Any) -> Kind | None:
    """Return the kind of a bare value in an expression; None where none holds it."""
    if isinstance(value, Decimal):
        return _PLAIN_DECIMAL
    for python, kind in _BY_TYPE:
        if isinstance(value, python):
            return kind
    return None


def of_python(python: type) -> Kind | None:
    """Return the kind of a plain Python type; None where none holds it."""
    return _PLAIN_DECIMAL if python is Decimal else dict(_BY_TYPE).get(python)
