"""The migration files of a directory, in the order in which they apply."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from trimaran.errors import MigrationError

if TYPE_CHECKING:
    from types import ModuleType

    from trimaran.db.migrations.operations import Operation
    from trimaran.db.migrations.state import State

Source: TypeAlias = Path | str | Mapping[str, Path]
"""A project's folder of migrations, or folders by their app's label."""

_FILE = re.compile(r"(\d{4,})_\w+")


@dataclass(frozen=True)
class Migration:
    """One migration file, read.

    name:     with its app where it is one's: ``shop.0001_initial``
    replaces: the migrations that were squashed into it

    atomic:   one transaction; false: each step commits by itself
    reviewed: why its operations are harmless to an application that runs, in words
    """

    name: str
    path: Path
    dependencies: tuple[str, ...]
    operations: tuple[Operation, ...]
    atomic: bool = True
    reviewed: str = ""
    replaces: tuple[str, ...] = ()

    def state_after(self, before: State) -> State:
        """The state that it makes of the one before it."""
        state = before.copy()
        for number, operation in enumerate(self.operations, start=1):
            try:
                operation.apply(state)
            except MigrationError as error:
                place = f"{self.path} operation {number}, {operation.describe()}"
                raise MigrationError(error.id, error.what, error.mend, where=place) from error
        return state


def migration_names(directory: Path) -> list[str]:
    """The names of a directory's migrations, sorted; nothing is imported for it."""
    if not directory.is_dir():
        return []
    return sorted(path.stem for path in directory.glob("*.py") if _FILE.fullmatch(path.stem))


def folders_of(source: Source) -> dict[str, Path]:
    """Folders by the app whose migrations they hold; ``""`` is the project."""
    if isinstance(source, Mapping):
        return {app: Path(folder) for app, folder in source.items()}
    return {"": Path(source)}


def full_name(app: str, name: str) -> str:
    """A migration's name with its app: ``shop.0001_initial``."""
    return f"{app}.{name}" if app else name


def app_of(name: str) -> str:
    """The app of a full name; empty for the project's."""
    return name.rpartition(".")[0]


def all_names(source: Source) -> list[str]:
    """The full names of every folder's migrations; nothing is imported for it."""
    return [
        full_name(app, name)
        for app, folder in folders_of(source).items()
        for name in migration_names(folder)
    ]


def load_migrations(source: Source, applied: Collection[str] | None = None) -> list[Migration]:
    """Read the migrations of every folder and put each after those it depends on.

    applied: what a database has. A squashed migration stands for those that it replaces, unless
             the database has some of them and lacks others
    """
    migrations = [
        _read(folder / f"{name}.py", app)
        for app, folder in folders_of(source).items()
        for name in migration_names(folder)
    ]
    known = {migration.name: migration for migration in migrations}
    return _ordered(_squashed(known, applied) if any(one.replaces for one in migrations) else known)


def _squashed(known: dict[str, Migration], applied: Collection[str] | None) -> dict[str, Migration]:
    """Leave out what was replaced, or what would replace it."""
    stands_for: dict[str, str] = {}
    for migration in known.values():
        if not migration.replaces:
            continue
        have = [name for name in migration.replaces if name in (applied or ())]
        if applied is None or not have or len(have) == len(migration.replaces):
            stands_for.update(dict.fromkeys(migration.replaces, migration.name))
        else:
            stands_for[migration.name] = migration.replaces[-1]
    found: dict[str, Migration] = {}
    for migration in known.values():
        if migration.name in stands_for:
            continue
        needed = dict.fromkeys(stands_for.get(name, name) for name in migration.dependencies)
        found[migration.name] = replace(migration, dependencies=tuple(needed))
    return found


def heads(migrations: Sequence[Migration], app: str | None = None) -> list[str]:
    """The names of the migrations on which no other of their app depends.

    app: of this one alone
    """
    needed = {
        name
        for migration in migrations
        for name in migration.dependencies
        if app_of(name) == app_of(migration.name)
    }
    return [
        migration.name
        for migration in migrations
        if migration.name not in needed and app in (None, app_of(migration.name))
    ]


def check_heads(migrations: Sequence[Migration]) -> None:
    """Raise a ``MigrationError`` where an app has several last migrations."""
    for app in dict.fromkeys(app_of(migration.name) for migration in migrations):
        single_head(migrations, app)


def single_head(migrations: Sequence[Migration], app: str = "") -> str | None:
    """The last migration of an app; a ``MigrationError`` where there are several."""
    last = heads(migrations, app)
    if len(last) > 1:
        raise MigrationError(
            "TRI-MIGRATION-011",
            f"Several migrations claim to be the last: {', '.join(last)}.",
            "Two branches were brought together: run `trimaran makemigrations --merge`, or name "
            "one of them in the dependencies of the other.",
            where=str(next(one.path.parent for one in migrations if one.name == last[0])),
        )
    return last[0] if last else None


def states(migrations: Sequence[Migration]) -> list[State]:
    """The state before each migration and, at the end, the one after them all."""
    from trimaran.db.migrations.state import State

    folded = [State()]
    for migration in migrations:
        folded.append(migration.state_after(folded[-1]))
    return folded


def _read(path: Path, app: str) -> Migration:
    module = _execute(path)
    operations: Any = getattr(module, "operations", None)
    dependencies: Any = getattr(module, "dependencies", None)
    if not _is_list(operations) or not _is_list(dependencies):
        raise MigrationError(
            "TRI-MIGRATION-012",
            "The file does not define the lists `dependencies` and `operations`.",
            "Write both, even if they are empty; `trimaran makemigrations --empty` makes a frame.",
            where=str(path),
        )
    from trimaran.db.migrations.operations import Operation

    for number, operation in enumerate(operations, start=1):
        if not isinstance(operation, Operation):
            raise MigrationError(
                "TRI-MIGRATION-012",
                f"Operation {number} is {operation!r}, which is no operation.",
                "Use the operations of trimaran.db.migrations, such as m.AddColumn(...).",
                where=str(path),
            )
    atomic, reviewed = getattr(module, "atomic", True), getattr(module, "reviewed", "")
    if type(atomic) is not bool or not isinstance(reviewed, str):
        raise MigrationError(
            "TRI-MIGRATION-012",
            "`atomic` is a bool, and `reviewed` a text that says why.",
            "Write `atomic = False`, or `reviewed = 'The table is empty.'`.",
            where=str(path),
        )
    return Migration(
        full_name(app, path.stem),
        path,
        tuple(_named(item, app, path) for item in dependencies),
        tuple(operations),
        atomic,
        reviewed.strip(),
        tuple(_named(item, app, path) for item in getattr(module, "replaces", ())),
    )


def _named(item: Any, app: str, path: Path) -> str:
    """The full name of what a file names: its own app's, or a pair of app and name."""
    if isinstance(item, str):
        return full_name(app, item)
    if isinstance(item, list | tuple) and len(item) == 2:
        return full_name(str(item[0]), str(item[1]))
    raise MigrationError(
        "TRI-MIGRATION-012",
        f"{item!r:.60} names no migration.",
        'Write "0001_initial", or ("shop", "0001_initial") for one of another app.',
        where=str(path),
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _execute(path: Path) -> ModuleType:
    name = f"_trimaran_migration_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise MigrationError("TRI-MIGRATION-012", "The file cannot be imported.", where=str(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while they are defined
    try:
        spec.loader.exec_module(module)
    except MigrationError:
        raise
    except Exception as error:
        raise MigrationError(
            "TRI-MIGRATION-012",
            f"The file cannot be imported: {type(error).__name__}: {error}.",
            "Mend the file; migrations should import nothing that may change or go away.",
            where=f"{path}:{_line(error, path)}",
        ) from error
    finally:
        del sys.modules[name]
    return module


def _line(error: BaseException, path: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    line = 1
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(path):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _ordered(migrations: dict[str, Migration]) -> list[Migration]:
    for migration in migrations.values():
        for name in migration.dependencies:
            if name not in migrations:
                raise MigrationError(
                    "TRI-MIGRATION-013",
                    f"It depends on {name!r}, which is not there.",
                    "Restore that file, or correct `dependencies`.",
                    where=str(migration.path),
                )
    ordered: list[Migration] = []
    done: set[str] = set()
    waiting = list(migrations.values())
    while waiting:
        # By name among those that may come: the order must not depend on the file system.
        ready = next((item for item in waiting if done.issuperset(item.dependencies)), None)
        if ready is None:
            names = ", ".join(item.name for item in waiting)
            raise MigrationError(
                "TRI-MIGRATION-013",
                f"These migrations depend on each other in a circle: {names}.",
                "Correct their `dependencies`.",
                where=str(waiting[0].path),
            )
        waiting.remove(ready)
        done.add(ready.name)
        ordered.append(ready)
    return ordered
