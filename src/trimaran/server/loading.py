"""Find an application by name: ``app.py``, ``app.py:api`` or ``shop.main:app``."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import logging
import sys
from collections.abc import Coroutine
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimaran.server.application import Application

logger = logging.getLogger("trimaran.server")


def load_application(target: str, *, default: str = "app") -> Application:
    """Import the application that ``FILE[:name]`` or ``module[:name]`` names.

    A file's folder goes to the front of ``sys.path``, so that it can import its neighbours; for a
    module that is the current folder. ``name`` may have dots and may be a factory that takes no
    arguments. Raises ``ConfigurationError``; what the application's own code raises passes through.
    """
    place, name = _split(target, default)
    if _is_file(place):
        module_name = _prepare_file(Path(place))
    else:
        _prepend(Path.cwd())
        module_name = place
    module = _import(module_name, target)
    found: object = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise _missing(target, name, module)
        found = getattr(found, part)
    if not hasattr(found, "resolve") and callable(found) and not isinstance(found, type):
        found = found()
        if isinstance(found, Coroutine):  # a handler was named, not a factory: it must not run
            found.close()
    if not hasattr(found, "resolve") or not hasattr(found, "startup"):
        what = f"{target!r} is a {type(found).__name__}, not a Trimaran application."
        mend = "Name the object that App(...) made, such as 'app.py:app'."
        raise ConfigurationError("TRI-ENGINE-007", what, mend)
    return found  # type: ignore[return-value]  # a Protocol, checked by its methods above


@contextmanager
def loading_to_stay() -> Iterator[None]:
    """Load what a process keeps to its end: the garbage collector never looks at it.

    Next to nothing that imports make is garbage (695 of 115,000 objects with SQLAlchemy), but to
    find that out takes a tenth of the start. For processes that do nothing but serve.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def leave_debug(app: Application) -> None:
    """Switch debug pages off for production, with a line in the log if they were on."""
    if getattr(app, "debug", False):
        logger.warning("debug is on; a production server switches it off")
        app.debug = False  # type: ignore[attr-defined]  # App has it, and it was read above


def load_ahead() -> None:
    """Load what the first query of an application with models needs.

    SQLAlchemy takes a third of a second, in which the first client would keep all others waiting.
    """
    if "trimaran.db.models" in sys.modules:
        importlib.import_module("trimaran.db.sql.compiler")


def _split(target: str, default: str) -> tuple[str, str]:
    place, colon, name = target.rpartition(":")
    if not colon or "/" in name or "\\" in name:
        return target, default
    return place, name or default


def _is_file(place: str) -> bool:
    return place.endswith(".py") or "/" in place or "\\" in place


def _prepare_file(path: Path) -> str:
    """Make a file importable; return its module name, dotted where packages enclose it."""
    path = path.resolve()
    if path.is_dir():
        path = path / "__init__.py"
    if not path.is_file():
        what = f"There is no file {path}."
        mend = "Give the path of the file that makes the application, such as 'app.py'."
        raise ConfigurationError("TRI-ENGINE-005", what, mend)
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    _prepend(folder)
    return ".".join(parts)


def _prepend(folder: Path) -> None:
    text = str(folder)
    if text not in sys.path:
        sys.path.insert(0, text)


def _import(name: str, target: str) -> object:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        what = f"There is no module {error.name!r}, so {target!r} names no application."
        mend = "Give 'FILE.py' or 'package.module:app', and check the folder you start from."
        raise ConfigurationError("TRI-ENGINE-005", what, mend) from None


def _missing(target: str, name: str, module: object) -> ConfigurationError:
    apps = [key for key, value in vars(module).items() if _is_application(value)]
    what = f"The module of {target!r} has no {name!r}."
    if apps:
        mend = f"It has {', '.join(repr(app) for app in apps)}: write '{_place(target)}:{apps[0]}'."
    else:
        mend = "Make one with 'app = App()'."
    return ConfigurationError("TRI-ENGINE-006", what, mend, where=getattr(module, "__file__", ""))


def _place(target: str) -> str:
    return _split(target, "")[0]


def _is_application(value: object) -> bool:
    return not isinstance(value, type) and hasattr(value, "resolve") and hasattr(value, "startup")
