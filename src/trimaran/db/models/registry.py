"""All models, by name: for relations, for migrations, for the admin."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trimaran.db.models.fields import ManyToMany, Reverse, ReverseOne
from trimaran.db.sql.table import Many
from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

    from trimaran.db.sql.table import Relation, Table


class Registry:
    """Every model that was declared.

    A model takes the place of one with the same name in the same module, so that a module may be
    loaded again.
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], Table] = {}
        self._reverse: dict[int, dict[str, Relation]] = {}
        self._metadata: sa.MetaData | None = None
        self._unlinked: list[tuple[Relation, Any]] = []
        self._unlinked_many: list[tuple[Many, Any]] = []

    def models(self) -> list[Any]:
        """Return the models, in the order of their declaration."""
        return [table.model for table in self._tables.values()]

    def tables(self) -> list[Table]:
        """Return the tables of the models, in the order of their declaration."""
        return list(self._tables.values())

    def add(self, module: str, table: Table, targets: dict[str, Any]) -> None:
        """Take in a model.

        targets: what each of its foreign keys points to, by the relation's name
        """
        key = (module, table.label)
        before = self._tables.pop(key, None)
        self._tables[key] = table
        self._metadata = None
        table.reverse_of = lambda: self.reverse_of(table)
        if before is not None:
            _warn_of_twins(before, table)
            self._unlinked += self._pointing_to(before)
            self._unlinked_many += [
                (many.turned, before.label) for many in before.many.values() if many.turned
            ]
            self._forget(before)
        for name, relation in table.relations.items():
            self._unlinked.append((relation, targets[name]))
        try:
            self._link()
        except ConfigurationError:
            del self._tables[key]
            self._forget(table)
            raise
        self._clear_caches()

    def add_many(self, many: Many, target: Any) -> None:
        """Take in a many-to-many relation, whose other end may not exist yet."""
        self._unlinked_many.append((many, target))
        self._link_many()
        self._clear_caches()

    def remove(self, *models: Any) -> None:
        """Forget models, such as those that a test declared."""
        for model in models:
            table: Table = model.__table_info__
            key = (model.__module__, table.label)
            if self._tables.get(key) is table:
                del self._tables[key]
            self._forget(table)
        self._metadata = None
        self._clear_caches()

    @contextmanager
    def isolated(self) -> Iterator[None]:
        """Know no model for a while, and forget those declared meanwhile; for tests."""
        before = self._tables, self._unlinked, self._unlinked_many, self._metadata
        self._tables, self._unlinked, self._unlinked_many, self._metadata = {}, [], [], None
        try:
            yield
        finally:
            for table in self._tables.values():
                self._forget(table)
            self._tables, self._unlinked, self._unlinked_many, self._metadata = before

    def _clear_caches(self) -> None:
        for table in self._tables.values():
            table.lookups.clear()
            table.projections.clear()
            table.by_key.clear()

    def _pointing_to(self, before: Table) -> list[tuple[Relation, Any]]:
        """Return the relations of other models that point to one that is being replaced."""
        waiting = {id(relation) for relation, _ in self._unlinked}
        return [
            (relation, before.label)
            for table in self._tables.values()
            for relation in table.relations.values()
            if id(relation) not in waiting and relation.target is before
        ]

    def _forget(self, table: Table) -> None:
        """Drop what a model's foreign keys left behind on other models."""
        self._unlinked = [pair for pair in self._unlinked if pair[0].source is not table]
        for reverse in self._reverse.values():
            for name in [name for name, rel in reverse.items() if rel.source is table]:
                del reverse[name]
        self._reverse.pop(id(table), None)
        self._unlinked_many = [pair for pair in self._unlinked_many if pair[0].source is not table]
        for other in self._tables.values():
            turned = [(name, many.turned) for name, many in other.many.items()]
            for name, origin in turned:
                if origin is not None and origin.source is table:
                    del other.many[name]

    # Relations

    def reverse_of(self, table: Table) -> dict[str, Relation]:
        """Return the relations that point to a table, by their ``related_name``."""
        return self._reverse.setdefault(id(table), {})

    def find(self, target: Any, source: Table, module: str) -> Table | None:
        """Return the table of a model or of its name; of two, that of the same module."""
        if not isinstance(target, str):
            return getattr(target, "__table_info__", None)
        if target in ("self", source.label):
            return source
        home, _, name = target.rpartition(".")
        named = [
            table
            for (where, label), table in self._tables.items()
            if label == name and (not home or where == home or where.endswith(f".{home}"))
        ]
        near = [table for table in named if table.model.__module__ == module]
        found = near or named
        return found[0] if len(found) == 1 else None

    def _link(self) -> None:
        """Tie every relation whose target exists now."""
        waiting: list[tuple[Relation, Any]] = []
        for relation, target in self._unlinked:
            module = relation.source.model.__module__
            table = self.find(target, relation.source, module)
            if table is None:
                waiting.append((relation, target))
                relation.resolve = self._unknown(relation, target)
            else:
                self._tie(relation, table)
        self._unlinked = waiting
        if self._unlinked_many:
            self._link_many()

    def _link_many(self) -> None:
        """Give every many-to-many relation whose target exists now its other end."""
        waiting: list[tuple[Many, Any]] = []
        for many, target in self._unlinked_many:
            table = self.find(target, many.source, many.source.model.__module__)
            if table is None:
                waiting.append((many, target))
            elif many.related_name:
                self._check_free(many, table)
                table.many[many.related_name] = other = Many(
                    name=many.related_name,
                    source=table,
                    related_name=many.name,
                    symmetrical=False,
                    resolve=_turned(many),
                    turned=many,
                )
                setattr(table.model, other.name, ManyToMany[Any](other))
        self._unlinked_many = waiting

    def _check_free(self, many: Many, table: Table) -> None:
        name = many.related_name
        other = table.many.get(name)
        known = (table.columns, table.relations, self.reverse_of(table))
        ours = other is None or (other.turned and other.turned.source is many.source)
        if not ours or any(name in names for names in known):
            raise ConfigurationError(
                "TRI-MODEL-012",
                f"{many.source.label}.{many.name} would appear as {table.label}.{name}, "
                "which is taken.",
                "Give it another related_name, or related_name='' for none.",
                where=many.source.where,
            )

    def _tie(self, relation: Relation, table: Table) -> None:
        table.refuse_composite(f"{relation.source.label}.{relation.name} (a ForeignKey)")
        relation.resolve = lambda: table
        relation.column.kind = table.key.kind
        relation.source.model.__retype__(relation.column)
        if relation.column is relation.source.key:
            self._spread(relation.source)
        name = relation.related_name
        if not name:
            return
        reverse = self.reverse_of(table)
        clash = name in table.columns or name in table.relations or name in table.many
        other = reverse.get(name)
        if clash or (other is not None and other.source is not relation.source):
            taken = f"the field {name!r}" if clash else f"a relation of {other.source.label}"  # type: ignore[union-attr]  # clash or other
            raise ConfigurationError(
                "TRI-MODEL-012",
                f"{relation.source.label}.{relation.name} would appear as {table.label}.{name}, "
                f"which is {taken}.",
                "Give it another related_name, or related_name='' for none.",
                where=relation.source.where,
            )
        reverse[name] = relation
        access: Any = ReverseOne if relation.one else Reverse
        setattr(table.model, name, access(relation))

    def _spread(self, table: Table) -> None:
        """Give what points to a table whose key is a foreign key that key's own type."""
        for relation in self.reverse_of(table).values():
            relation.column.kind = table.key.kind
            relation.source.model.__retype__(relation.column)

    def _unknown(self, relation: Relation, target: Any) -> Any:
        def resolve() -> Table:
            names = sorted(table.label for table in self._tables.values())
            raise ConfigurationError(
                "TRI-MODEL-011",
                f"{relation.source.label}.{relation.name} points to {target!r}, and there is no "
                "such model, or there are several.",
                f"Import the module that declares it, or write 'module.Name'. There are: "
                f"{', '.join(names)}.",
                where=relation.source.where,
            )

        return resolve

    # SQLAlchemy

    def metadata(self) -> sa.MetaData:
        """Return every model's table as SQLAlchemy's ``MetaData``."""
        if self._metadata is None:
            from trimaran.db.sql.metadata import build_metadata

            self._metadata = build_metadata(self._by_name().values())
        return self._metadata

    def _by_name(self) -> dict[str, Table]:
        """Return the tables by name; of two with one name, that whose module still holds it."""
        found: dict[str, Table] = {}
        for table in self._tables.values():
            other = found.get(table.full_name)
            if other is None or not _is_current(other):
                found[table.full_name] = table
            elif _is_current(table):
                raise ConfigurationError(
                    "TRI-MODEL-013",
                    f"The models {other.label} ({other.where}) and {table.label} both have the "
                    f"table {table.name!r}.",
                    "Name one of them in its class Meta: table = '...'.",
                    where=table.where,
                )
        return found


def _turned(many: Many) -> Any:
    def resolve() -> tuple[Relation, Relation]:
        near, far = many.resolve()
        return far, near

    return resolve


def _warn_of_twins(before: Table, table: Table) -> None:
    """Warn of a second class of one name in one file; the same lines run anew are no twins."""
    first, second = before.where.split(" ")[0], table.where.split(" ")[0]
    same_file = first.rpartition(":")[0] == second.rpartition(":")[0]
    if table.hidden or "<locals>" in table.model.__qualname__ or not same_file or first == second:
        return
    warnings.warn(
        f"The model {table.label} is declared twice, at {first} and {second}; the second "
        "replaces the first. Rename one of them.",
        RuntimeWarning,
        stacklevel=5,
    )


def _is_current(table: Table) -> bool:
    """Tell whether a model can still be imported from where it was declared."""
    module = sys.modules.get(table.model.__module__)
    return getattr(module, table.label, None) is table.model


registry = Registry()
