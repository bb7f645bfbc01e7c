"""Models as they stood at one point of the migrations, for data migrations.

They are made from the state, not from the code of today: fields, keys and relations, without
methods, managers and validators of one's own.
"""

from __future__ import annotations

import datetime
import decimal
import keyword
import re
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Optional

import sqlalchemy as sa

from trimaran.db.migrations.tables import PrimaryKey, split_name
from trimaran.errors import ConfigurationError, MigrationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimaran.db.migrations.state import State
    from trimaran.db.migrations.tables import Column, ForeignKey, Table

_TYPES: tuple[tuple[type[Any], Any], ...] = (
    (sa.Boolean, bool),
    (sa.Integer, int),
    (sa.Float, float),
    (sa.Numeric, decimal.Decimal),
    (sa.DateTime, datetime.datetime),
    (sa.Date, datetime.date),
    (sa.Time, datetime.time),
    (sa.Interval, datetime.timedelta),
    (sa.Uuid, uuid.UUID),
    (sa.LargeBinary, bytes),
    (sa.JSON, Any),
    (sa.String, str),
)
_ACTIONS = {"CASCADE": "cascade", "SET NULL": "set_null", "NO ACTION": "no_action"}
_CAMEL = re.compile(r"(?:^|_)([a-z0-9])")


class Apps:
    """The models of one point of the migrations: ``apps.get_model("shop", "Book")``.

    names: the tables of models whose name does not tell it, by model's name
    """

    def __init__(self, state: State, names: Mapping[str, str]) -> None:
        self._tables = state.tables
        self._names = names
        self._models: dict[str, Any] = {}
        self._faults: dict[str, str] = {}

    def get_model(self, app_label: str, model_name: str | None = None) -> Any:
        """Return a model by its name, ``"Book"`` or ``"shop.Book"``, or by its table's."""
        name = model_name or app_label.rpartition(".")[2]
        for table in (self._names.get(name), _snake(name), name, name.lower()):
            if table in self._models:
                return self._models[table]
            if table in self._faults:
                raise MigrationError(
                    "TRI-MIGRATION-028",
                    f"No model could be made of the table {table!r}: {self._faults[table]}",
                    "Use data.tables, SQLAlchemy's tables, for this one.",
                )
        known = ", ".join(sorted(_camel(table) for table in self._models)) or "none"
        raise MigrationError(
            "TRI-MIGRATION-028",
            f"There is no model {name!r} at this point of the migrations.",
            f"There are: {known}. Name it as its table if the model names its table itself.",
        )

    def get_models(self) -> list[Any]:
        """Return every model of that time."""
        return list(self._models.values())

    def make(self) -> None:
        """Make every model; those that cannot be are told when they are asked for."""
        waiting = [name for name in self._tables if split_name(name)[0] is None]
        made = 1
        while waiting and made:
            made = 0
            for name in list(waiting):
                needs = {key.target for key in self._tables[name].foreign_keys()} - {name}
                if needs.intersection(waiting) and not self._in_circle(waiting):
                    continue
                waiting.remove(name)
                made += 1
                try:
                    self._models[name] = self._model(self._tables[name])
                except (ConfigurationError, TypeError) as error:
                    self._faults[name] = str(error)

    def _in_circle(self, waiting: list[str]) -> bool:
        """Whether none of the tables that wait can come first."""
        return all(
            ({key.target for key in self._tables[name].foreign_keys()} - {name}).intersection(
                waiting
            )
            for name in waiting
        )

    def _model(self, table: Table) -> Any:
        from trimaran.db.models import Field, ForeignKey, Model

        key = next((one for one in table.constraints if isinstance(one, PrimaryKey)), None)
        if key is None or len(key.columns) != 1:
            message = "it has no primary key of one column"
            raise TypeError(message)
        pointing = {one.columns[0]: one for one in table.foreign_keys() if len(one.columns) == 1}
        annotations: dict[str, Any] = {}
        namespace: dict[str, Any] = {
            "__module__": __name__,
            "__qualname__": _camel(table.name),
            "__annotations__": annotations,
            "Meta": type("Meta", (), {"table": table.name}),
        }
        for column in table.columns:
            target = pointing.get(column.name)
            attribute = _attribute(column.name, related=target is not None)
            options: dict[str, Any] = {"db_column": column.name}
            if target is not None:
                python: Any = ForeignKey[_camel(target.target)]  # type: ignore[misc]  # a name is taken too
                options |= {"related_name": "", "on_delete": _action(target, column)}
            else:
                python = _python(column, options)
            if column.name in key.columns:
                options["primary_key"] = True
            elif column.null:
                python, options["default"] = Optional[python], None  # noqa: UP045  a runtime type
            annotations[attribute] = python
            namespace[attribute] = Field(**options)
        meta: Any = type(Model)
        return meta(_camel(table.name), (Model,), namespace)


def _action(key: ForeignKey, column: Column) -> str:
    action = _ACTIONS.get((key.on_delete or "").upper(), "restrict")
    return "restrict" if action == "set_null" and not column.null else action


def _python(column: Column, options: dict[str, Any]) -> Any:
    kind: Any = column.type
    found = next((python for known, python in _TYPES if isinstance(kind, known)), None)
    if found is None:
        message = f"its column {column.name} is of the type {kind!r}"
        raise TypeError(message)
    if found is str and kind.length:
        options["max_length"] = kind.length
    elif found is decimal.Decimal:
        options |= {"max_digits": kind.precision or 38, "decimal_places": kind.scale or 0}
    elif found is datetime.datetime and not kind.timezone:
        options["timezone"] = False
    return found


def _attribute(name: str, *, related: bool) -> str:
    plain = name.removesuffix("_id") if related else name
    if not plain.isidentifier() or keyword.iskeyword(plain):
        message = f"its column {name!r} is no name in Python"
        raise TypeError(message)
    return plain


def _camel(table: str) -> str:
    return _CAMEL.sub(lambda match: match[1].upper(), split_name(table)[1])


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@contextmanager
def historical_models(state: State) -> Iterator[Apps]:
    """The models of a state; only inside the block do their relations work."""
    from trimaran.db.models import registry

    apps = Apps(state, {table.label: table.name for table in registry.tables()})
    with registry.isolated():
        apps.make()
        yield apps
