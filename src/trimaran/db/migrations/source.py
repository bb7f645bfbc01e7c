"""Migration files as Python source; and whether two things would be written alike."""

from __future__ import annotations

import ast
import dataclasses
import datetime
import decimal
import functools
import io
import tokenize
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trimaran.db.migrations import tables as spec
from trimaran.db.migrations.operations import Operation
from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alembic.autogenerate.api import AutogenContext

_LINE = 96
_PARTS = (spec.Sql, spec.Column, spec.PrimaryKey, spec.Unique, spec.Check, spec.ForeignKey)
_LITERALS = (int, float, bool, bytes, type(None))
_MODULES: dict[type, str] = {
    datetime.date: "datetime",
    datetime.datetime: "datetime",
    datetime.time: "datetime",
    datetime.timedelta: "datetime",
    uuid.UUID: "uuid",
    decimal.Decimal: "decimal",
}


@dataclasses.dataclass
class _Call:
    """``name(arguments)``, or a list or dict with its own brackets."""

    open: str
    items: list[tuple[str, _Call | str]]
    close: str

    def one_line(self) -> str:
        items = (
            label + (item if isinstance(item, str) else item.one_line())
            for label, item in self.items
        )
        return self.open + ", ".join(items) + self.close

    def lines(self, indent: int, label: str = "") -> str:
        """On one line where it fits behind its label, else one item a line."""
        flat = self.one_line()
        if indent + len(label) + len(flat) < _LINE or not self.items:
            return flat
        pad = " " * (indent + 4)
        rows = []
        for label, item in self.items:
            text = item if isinstance(item, str) else item.lines(indent + 4, label)
            rows.append(f"{pad}{label}{text},")
        return self.open + "\n" + "\n".join(rows) + "\n" + " " * indent + self.close


class Writer:
    """Writes operations as source and remembers what must be imported for them."""

    def __init__(self) -> None:
        self.imports: set[str] = set()

    def write(self, value: Any, *, indent: int = 0) -> str:
        """The source of an operation, a part of a table, a type or a plain value."""
        node = self._node(value)
        return node if isinstance(node, str) else node.lines(indent)

    def _node(self, value: Any) -> _Call | str:
        if isinstance(value, (*_PARTS, spec.Index, Operation)):
            return self._call(value)
        if isinstance(value, Mapping):
            items = [(f"{key!r}: ", self._node(item)) for key, item in value.items()]
            return _Call("{", items, "}")
        if isinstance(value, list | tuple):
            return _Call("[", [("", self._node(item)) for item in value], "]")
        if isinstance(value, str):
            return _quoted(str(value))  # SQLAlchemy's names are of a type of its own
        if type(value) in _LITERALS:
            return repr(value)
        if type(value) in _MODULES:
            module = _MODULES[type(value)]
            self.imports.add(f"import {module}")
            text = repr(value)
            return text if text.startswith(f"{module}.") else f"{module}.{text}"
        return self._type(value)

    def _call(self, value: Any) -> _Call:
        items: list[tuple[str, _Call | str]] = []
        for field in dataclasses.fields(value):
            given = getattr(value, field.name)
            if field.kw_only:
                default = (
                    field.default_factory()
                    if field.default_factory is not dataclasses.MISSING
                    else field.default
                )
                if _is_default(given, default):
                    continue
            items.append((f"{field.name}=" if field.kw_only else "", self._node(given)))
        return _Call(f"m.{type(value).__name__}(", items, ")")

    def _type(self, value: Any) -> str:
        import sqlalchemy as sa

        if not isinstance(value, sa.types.TypeEngine):
            what = f"The value {value!r} cannot be written into a migration file."
            mend = "Use a string, number, date, UUID, or m.Sql(...)."
            raise MigrationError("TRI-MIGRATION-005", what, mend)
        context = _alembic_context()
        context.imports.clear()
        from alembic.autogenerate.render import _repr_type

        text = _repr_type(value, context)
        text = _double_quoted(text)
        self.imports |= context.imports | {"import sqlalchemy as sa"}
        if not type(value).__module__.startswith("sqlalchemy."):
            self.imports.add(f"import {type(value).__module__}")
        return text


def same(one: Any, other: Any) -> bool:
    """Whether two parts would be written alike, and so are the same to a migration."""
    return Writer().write(one) == Writer().write(other)


def file_source(
    operations: Sequence[Operation],
    *,
    title: str,
    dependencies: Iterable[str | tuple[str, str]],
    replaces: Sequence[str] = (),
    atomic: bool = True,
) -> str:
    """The whole text of a migration file."""
    writer = Writer()
    rows = [f"    {writer.write(operation, indent=4)},\n" for operation in operations]
    body = "operations = [\n" + "".join(rows) + "]\n" if rows else "operations = []\n"
    after = writer.write(list(dependencies))
    plain = sorted(line for line in writer.imports if line in _STDLIB)
    others = sorted(writer.imports - set(plain), key=lambda line: (line.split()[1], line))
    blocks = ["\n".join(plain), "\n".join(others), "from trimaran.db import migrations as m"]
    imports = "\n\n".join(block for block in blocks if block)
    more = f"\nreplaces = {writer.write(list(replaces))}\n" if replaces else ""
    more += "" if atomic else "\natomic = False\n"
    return f'"""{title}"""\n\n{imports}\n\ndependencies = {after}\n{more}\n{body}'


_STDLIB = {f"import {module}" for module in _MODULES.values()}


def _quoted(value: str) -> str:
    text = repr(value)
    if text.startswith("'") and '"' not in text and "\\" not in text:
        return '"' + text[1:-1] + '"'
    return text


def _double_quoted(source: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    pieces = []
    end = 0
    for token in tokens:
        if token.type == tokenize.STRING and token.string.startswith("'"):
            pieces += [source[end : token.start[1]], _quoted(ast.literal_eval(token.string))]
            end = token.end[1]
    return "".join(pieces) + source[end:] if "\n" not in source else source


def _is_default(given: Any, default: Any) -> bool:
    if default is dataclasses.MISSING:
        return False
    if isinstance(given, Mapping | list | tuple):
        return len(given) == 0 and not default
    return type(given) is type(default) and bool(given == default)


@functools.cache
def _alembic_context() -> AutogenContext:
    # Alembic knows how each of SQLAlchemy's types is written; no database takes part in it.
    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy.dialects.postgresql.base import PGDialect

    options = {
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "m.",
        "user_module_prefix": None,
        "render_item": None,
    }
    dialect = PGDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    return AutogenContext(MigrationContext.configure(dialect=dialect), opts=options)
