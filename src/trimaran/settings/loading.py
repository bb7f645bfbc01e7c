"""Filling settings: environment, ``.env``, ``trimaran.toml``, then defaults."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_type_hints, overload

import msgspec

from trimaran._internal.redaction import HIDDEN, is_sensitive, redact_urls
from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.settings.conversion import convert, describe, env_names, is_secret
from trimaran.settings.declaration import Settings
from trimaran.settings.dotenv import parse_dotenv

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=Settings)

PREFIX = "TRIMARAN_"
DOTENV = ".env"
TOML = "trimaran.toml"
MAX_FILE = 1024 * 1024
FOREIGN_PREFIXES = ("TRIMARAN_TEST_", "TRIMARAN_FUZZ_")

logger = logging.getLogger("trimaran.settings")


class _Given(NamedTuple):
    """A value as it was found. where: ``.env:3``; as_text: it must be converted from a string."""

    name: str
    value: Any
    where: str
    as_text: bool


class _Sources:
    """Everything that was found for one directory, nearest source first, and what was wrong."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        self.faults: list[ConfigurationError] = []
        self.unknown: list[tuple[str, str]] = []
        self.variables = [
            {name: _Given(name, value, "environment", True) for name, value in environ.items()},
            self._read_dotenv(directory / DOTENV),
        ]
        self.tables: dict[str, dict[str, _Given]] = self._read_toml(directory / TOML)

    def find(self, field: str, variables: tuple[str, ...]) -> _Given | None:
        for layer in self.variables:
            for name in variables:
                given = layer.get(name)
                if given is not None and given.value:
                    return given
        return self.tables.get("trimaran", {}).get(field)

    def _read(self, path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE + 1)
            if len(data) > MAX_FILE:
                self._fault(path.name, f"it is larger than {MAX_FILE:,} bytes.", "Shorten it.")
                return None
            return data.decode("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            self._fault(path.name, f"it cannot be read: {error}.", "Make it a readable UTF-8 file.")
            return None

    def _read_dotenv(self, path: Path) -> dict[str, _Given]:
        found: dict[str, _Given] = {}
        for entry in parse_dotenv(self._read(path) or ""):
            if entry.value is None:
                self._fault(
                    f"{path.name}:{entry.line}",
                    f"the line that begins with {entry.name!r} is not NAME=value.",
                    "Write NAME=value, close its quotes, or begin a comment with #.",
                )
                continue
            where = f"{path.name}:{entry.line}"
            found[entry.name] = _Given(entry.name, entry.value, where, True)
        return found

    def _read_toml(self, path: Path) -> dict[str, dict[str, _Given]]:
        text = self._read(path)
        if text is None:
            return {}
        import tomllib

        try:
            document = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            self._fault(path.name, f"it is not TOML: {error}.", "Mend the line it names.")
            return {}
        tables = {}
        for table in ("trimaran", "databases"):
            values = document.get(table, {})
            if not isinstance(values, dict):
                self._fault(
                    path.name,
                    f"[{table}] is not a table.",
                    f"Write [{table}] on a line of its own.",
                )
                continue
            tables[table] = {
                key: _Given(key, value, f"{path.name}{_line_of(text, table, key)}", False)
                for key, value in values.items()
            }
        return tables

    def _fault(self, where: str, what: str, mend: str) -> None:
        self.faults.append(ConfigurationError("TRI-SETTINGS-003", what, mend, where=where))


@overload
def load_settings(
    directory: Path | str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    warn_unknown: bool = True,
) -> Settings: ...


@overload
def load_settings(
    directory: Path | str | None,
    kind: type[S],
    *,
    environ: Mapping[str, str] | None = None,
    warn_unknown: bool = True,
) -> S: ...


@overload
def load_settings(
    directory: Path | str | None = None,
    *,
    kind: type[S],
    environ: Mapping[str, str] | None = None,
    warn_unknown: bool = True,
) -> S: ...


def load_settings(
    directory: Path | str | None = None,
    kind: type[Settings] = Settings,
    *,
    environ: Mapping[str, str] | None = None,
    warn_unknown: bool = True,
) -> Settings:
    """Return a project's settings; ``ConfigurationErrors`` has every fault.

    directory:    where ``.env`` and ``trimaran.toml`` stand; the current one if it is left out
    kind:         your own subclass of ``Settings``
    environ:      instead of ``os.environ``
    warn_unknown: log a warning for each ``TRIMARAN_`` name that no setting bears

    A variable that is set to nothing counts as not set.

    >>> load_settings(kind=Shop).stripe_key.reveal()
    """
    folder = Path(directory) if directory is not None else Path()
    sources = _Sources(folder, os.environ if environ is None else environ)
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    known: set[str] = set()
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        variables = (f"{PREFIX}{field.name.upper()}", *env_names(hint))
        known.update(variables)
        given = sources.find(field.name, variables)
        if given is None:
            if field.required:
                sources.faults.append(_missing(kind, field.name, variables[-1]))
            continue
        try:
            values[field.name] = convert(given.value, hint, as_text=given.as_text)
        except (msgspec.ValidationError, ValueError, TypeError, RecursionError) as error:
            sources.faults.append(_misfit(given, field.name, hint, error))
    _add_databases(sources, values)
    if sources.faults:
        raise ConfigurationErrors(sources.faults)
    if warn_unknown:
        _warn_of_unknown(sources, known, kind.__struct_fields__)
    return kind(**values)


def _add_databases(sources: _Sources, values: dict[str, Any]) -> None:
    table = sources.tables.get("databases", {})
    databases = dict(values.get("databases", {}))
    for alias, given in table.items():
        if isinstance(given.value, str):
            databases.setdefault(alias, given.value)
            continue
        what = f"the URL of database {alias!r} is not a string."
        sources.faults.append(
            ConfigurationError(
                "TRI-SETTINGS-001",
                what,
                f'Write {alias} = "postgresql://..." or "sqlite:///...".',
                where=given.where,
            )
        )
    if "database_url" in values:
        databases["default"] = values["database_url"]
    if databases:
        values["databases"] = databases


def _missing(kind: type[Settings], field: str, variable: str) -> ConfigurationError:
    return ConfigurationError(
        "TRI-SETTINGS-002",
        f"the setting {field!r} of {kind.__qualname__} has no value and no default.",
        f"Set {variable} in the environment or in {DOTENV}, or {field} in [trimaran] of {TOML}.",
    )


def _misfit(given: _Given, field: str, hint: Any, error: Exception) -> ConfigurationError:
    hide = is_secret(hint) or is_sensitive(field)
    shown = HIDDEN if hide else redact_urls(repr(given.value)[:80])
    reason = "the value does not fit" if hide else str(error).rstrip(".")
    expected = describe(hint)
    return ConfigurationError(
        "TRI-SETTINGS-001",
        f"{given.name} = {shown} does not fit the setting {field}: {expected} ({reason}).",
        f"Give a value that fits {expected}, or remove it.",
        where=given.where,
    )


def _warn_of_unknown(sources: _Sources, known: set[str], fields: tuple[str, ...]) -> None:
    from difflib import get_close_matches

    def tell(given: _Given, choices: set[str] | tuple[str, ...]) -> None:
        close = get_close_matches(given.name, choices, n=1, cutoff=0.7)
        advice = f" Did you mean {close[0]}?" if close else ""
        logger.warning("%s: no setting is named %s.%s", given.where, given.name, advice)

    for layer in sources.variables:
        for name, given in layer.items():
            ours = name.startswith(PREFIX) and not name.startswith(FOREIGN_PREFIXES)
            if ours and name not in known:
                tell(given, known)
    for name, given in sources.tables.get("trimaran", {}).items():
        if name not in fields:
            tell(given, fields)


def _line_of(text: str, table: str, key: str) -> str:
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.startswith(f"[{table}]")
        elif inside and stripped.split("=")[0].strip().strip("\"'") == key:
            return f":{number}"
    return ""
