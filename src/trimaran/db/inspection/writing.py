"""Models' source from what a database says of its tables."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from trimaran.db.inspection.types import annotation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimaran.db.inspection.description import ColumnFound, KeyFound, TableFound

_RESERVED = (
    *("save", "delete", "refresh", "update", "objects", "c", "pk", "Meta", "clean"),
    *("full_clean", "DoesNotExist", "MultipleObjectsReturned"),
)
_IMPORTED = frozenset(
    {
        *("Any", "Decimal", "Field", "ForeignKey", "Index", "Literal", "Model", "Now", "OneToOne"),
        *("UniqueConstraint", "UUID", "date", "datetime", "time", "timedelta"),
        *("int", "str", "float", "bool", "bytes", "list"),
    }
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TEXT = re.compile(r"'((?:[^']|'')*)'(::[a-z \"_]+(\(\d+\))?)?")
_PRESENT = re.compile(r"(now\(\)|current_timestamp(\(\d*\))?)", re.IGNORECASE)
_HEAD = '''"""Models of a database that was there before, written by ``trimaran inspectdb``.

``managed = False``: migrations leave these tables alone. Check names, relations and what is
remarked; drop ``managed`` for tables that migrations shall take over.
"""

from __future__ import annotations

'''


def models_source(tables: Sequence[TableFound], vendor: str) -> str:
    """Return the source of a module with a model for each table and view."""
    names: dict[str, str] = {}
    for table in tables:
        names[table.name] = _free(_class_name(table.name), {*names.values(), *_IMPORTED})
    writers = [_Writer(table, names, {t.name: t for t in tables}, vendor) for table in tables]
    bodies = [writer.source() for writer in writers]
    text = "\n\n\n".join(bodies)
    return _HEAD + _imports(text) + "\n\n" + text + "\n"


def _imports(text: str) -> str:
    used = {word for word in _IMPORTED if re.search(rf"\b{word}\b", text)}
    lines = []
    dates = sorted(used & {"date", "datetime", "time", "timedelta"})
    if dates:
        lines.append(f"from datetime import {', '.join(dates)}")
    if "Decimal" in used:
        lines.append("from decimal import Decimal")
    typing = sorted(used & {"Any", "Literal"})
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    if "UUID" in used:
        lines.append("from uuid import UUID")
    ours = sorted(
        (used & {"Field", "ForeignKey", "Index", "Now", "OneToOne", "UniqueConstraint"}) | {"Model"}
    )
    lead = "\n".join(lines) + "\n\n" if lines else ""
    return f"{lead}from trimaran.db import {', '.join(ours)}\n"


def _class_name(table: str) -> str:
    parts = [part for part in re.split(r"[^0-9A-Za-z]+", table) if part]
    name = "".join(part[0].upper() + part[1:] for part in parts) or "Table"
    return name if name[0].isalpha() and not keyword.iskeyword(name) else f"Table{name}"


def _field_name(column: str) -> str:
    name = re.sub(r"[^0-9A-Za-z]+", "_", column).strip("_").lower()
    if not name or not name[0].isalpha():
        name = f"field_{name}".rstrip("_")
    if keyword.iskeyword(name) or name in _RESERVED:
        name += "_field"
    return name


def _free(name: str, taken: Iterable[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found


class _Writer:
    """One table on its way to a class."""

    def __init__(
        self,
        table: TableFound,
        classes: dict[str, str],
        tables: dict[str, TableFound],
        vendor: str,
    ) -> None:
        self.table = table
        self.classes = classes
        self.tables = tables
        self.vendor = vendor
        self.fields: dict[str, str] = {}
        self.unique = {i.columns[0] for i in table.indexes if i.unique and len(i.columns) == 1}
        self.indexed = {i.columns[0] for i in table.indexes if len(i.columns) == 1}
        self.key, self.remark = self._key()

    def _key(self) -> tuple[list[str], str]:
        table = self.table
        if table.key:
            return table.key, ""
        sure = [column.name for column in table.columns if not column.null and not column.computed]
        kind = "view" if table.view else "table"
        if sure:
            return (
                sure,
                f"The {kind} has no key: all of its columns that are never NULL stand for it.",
            )
        first = table.columns[0].name
        return [first], f"The {kind} has no key: check that {first} is one."

    def source(self) -> str:
        """Return the class."""
        lines = [f"class {self.classes[self.table.name]}(Model):"]
        comment = " ".join(self.table.comment.split()).replace('"""', "'''").replace("\\", "/")
        if comment:
            lines += [f'    """{comment}"""', ""]
        if self.remark:
            lines.append(f"    # {self.remark}")
        for column in self.table.columns:
            lines += self._column(column)
        lines += ["", "    class Meta:", "        managed = False"]
        lines.append(f"        table = {self.table.name!r}")
        if len(self.key) > 1:
            lines.append(f"        primary_key = ({', '.join(map(repr, self._names(self.key)))})")
        lines += self._parts("constraints", "UniqueConstraint", unique=True)
        lines += self._parts("indexes", "Index", unique=False)
        return "\n".join(lines)

    def _parts(self, option: str, kind: str, *, unique: bool) -> list[str]:
        found = [
            index
            for index in self.table.indexes
            if index.unique is unique and len(index.columns) > 1
        ]
        if not found:
            return []
        rows = []
        for index in found:
            named = f", name={index.name!r}" if index.name and len(index.name) <= 63 else ""
            rows.append(
                f"            {kind}({', '.join(map(repr, self._names(index.columns)))}{named}),"
            )
        return [f"        {option} = (", *rows, "        )"]

    def _names(self, columns: Iterable[str]) -> list[str]:
        return [self.fields[column] for column in columns]

    def _column(self, column: ColumnFound) -> list[str]:
        foreign = [key for key in self.table.foreign_keys if column.name in key.columns]
        for key in foreign:
            if self._is_relation(key):
                return self._relation(column, key)
        type_, options, remark = annotation(column, self.vendor)
        name = self._named(_field_name(column.name))
        self.fields[column.name] = name
        remarks = [remark] if remark else []
        for key in foreign:
            pair = f"{key.target}({', '.join(map(str, key.target_columns))})"
            remarks.append(f"a foreign key of ({', '.join(key.columns)}) to {pair}")
        return self._line(column, name, name, type_, options, remarks)

    def _is_relation(self, key: KeyFound) -> bool:
        target = self.tables.get(key.target)
        return target is not None and len(key.columns) == 1 and target.key == key.target_columns

    def _named(self, name: str, *, relation: bool = False) -> str:
        taken = {*self.fields.values(), *(f"{known}_id" for known in self.fields.values())}
        others = {_field_name(c.name) for c in self.table.columns if c.name not in self.fields}
        if relation:
            taken |= others - {f"{name}_id", name}
        return _free(name, taken)

    def _relation(self, column: ColumnFound, key: KeyFound) -> list[str]:
        base = _field_name(re.sub(r"_id$", "", column.name, flags=re.IGNORECASE))
        name = self._named(base, relation=True)
        self.fields[column.name] = name
        single = column.name in self.unique or self.key == [column.name]
        kind = "OneToOne" if single else "ForeignKey"
        options: dict[str, object] = {}
        action = key.on_delete
        if action == "set_default" or (action == "set_null" and not self._null(column)):
            action = "no_action"
        options["on_delete"] = action
        options["related_name"] = ""
        target = self.classes[key.target]
        line = f"{kind}[{target}]"
        return self._line(column, name, f"{name}_id", line, options, [], single=single)

    def _null(self, column: ColumnFound) -> bool:
        return column.null and column.name not in self.key

    def _line(
        self,
        column: ColumnFound,
        name: str,
        attribute: str,
        type_: str,
        options: dict[str, object],
        remarks: list[str],
        *,
        single: bool = False,
    ) -> list[str]:
        given = {key: repr(value) for key, value in options.items()}
        if self.key == [column.name]:
            given["primary_key"] = "True"
        elif column.name in self.unique and not single:
            given["unique"] = "True"
        elif column.name in self.indexed and "on_delete" not in options:
            given["index"] = "True"
        if attribute != column.name:
            given["db_column"] = repr(column.name)
        if column.computed is not None:
            given["generated"] = repr(column.computed)
            if not column.stored:
                given["stored"] = "False"
        elif column.default is not None and not (self.key == [column.name] and column.counts):
            self._default(column, given, remarks)
        if column.comment:
            given["db_comment"] = repr(column.comment)
        optional = " | None" if self._null(column) else ""
        listed = ", ".join(f"{key}={value}" for key, value in given.items())
        lines = [f"    # {remark}" for remark in remarks]
        assigned = f" = Field({listed})" if listed else ""
        return [*lines, f"    {name}: {type_}{optional}{assigned}"]

    def _default(self, column: ColumnFound, given: dict[str, str], remarks: list[str]) -> None:
        text = (column.default or "").strip()
        if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            text = text[1:-1]
        if _PRESENT.fullmatch(text):
            given["db_default"] = "Now()"
            return
        quoted = _TEXT.fullmatch(text)
        if _NUMBER.fullmatch(text):
            given["db_default"] = text
        elif text.lower() in ("true", "false"):
            given["db_default"] = text.capitalize()
        elif quoted is not None:
            given["db_default"] = repr(quoted.group(1).replace("''", "'"))
        elif text.upper() != "NULL":
            # What it is matters to the database alone; that there is one, to those who insert.
            given["db_default"] = "Now()"
            remarks.append(f"the database's default is {text}")
