"""Where an application's migrations are: one folder, or one for each app."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimaran.settings import Settings


def label_of(package: str) -> str:
    """An app's label: the last part of its package, ``billing`` for ``shop.billing``."""
    return package.rpartition(".")[2]


def migration_folders(settings: Settings, given: Path | None = None) -> Path | dict[str, Path]:
    """Return the project's folder, or folders by label where there are apps.

    given: by ``--directory``, for the project's own
    """
    own = given or settings.migrations_directory
    if not settings.apps:
        return own
    folders = {"": own}
    for package in settings.apps:
        try:
            found = find_spec(package)
        except ModuleNotFoundError:
            found = None
        if found is None or not found.submodule_search_locations:
            raise ConfigurationError(
                "TRI-MIGRATION-039",
                f"The setting apps names {package!r}, which is no package that can be found.",
                "Name packages as they are imported: apps = ['shop.billing'].",
            )
        label = label_of(package)
        if label in folders:
            raise ConfigurationError(
                "TRI-MIGRATION-039",
                f"Two of the setting apps have the label {label!r}.",
                "Rename one of the packages.",
            )
        folders[label] = Path(found.submodule_search_locations[0]) / "migrations"
    return folders


def owners_of_tables(apps: Sequence[str]) -> dict[str, str]:
    """Return the app of each model's table, by the package that declares it."""
    from trimaran.db.models import registry

    owners: dict[str, str] = {}
    for table in registry.tables():
        module = table.model.__module__
        homes = [app for app in apps if module == app or module.startswith(f"{app}.")]
        owners[table.name] = label_of(max(homes, key=len)) if homes else ""
    return owners
