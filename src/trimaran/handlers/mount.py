"""What is mounted below a path, as it was declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.di import Dependency
    from trimaran.types import Handler


class Mount(msgspec.Struct, kw_only=True, eq=False):
    """One declaration: a path, and the application that answers below it.

    path:       with every router's prefix in front, without a slash at its end
    middleware: of the routers around it, outermost first
    exception_handlers: of those routers, by exception class or status, innermost last
    dependencies: of those routers; a frontend calls them, another application knows its own
    """

    path: str
    app: Any
    name: str = ""
    middleware: Sequence[Any] = ()
    dependencies: Sequence[Dependency] = ()
    exception_handlers: Mapping[type[BaseException] | int, Handler] = msgspec.field(
        default_factory=dict
    )


class FrontendFiles(msgspec.Struct, frozen=True):
    """A frontend as declared; its files are looked for at start-up.

    options: those of ``trimaran.mounts.frontend.Frontend``
    where:   ``file:line`` of the declaration
    """

    directory: Any
    options: Mapping[str, Any]
    where: str


def declare_mount(path: str, app: Any, name: str) -> Mount:
    """Return a mount.

    Raises ``ConfigurationError`` for a path or an application that is none.
    """
    prefix = path.rstrip("/")
    if (prefix and not prefix.startswith("/")) or "{" in prefix:
        what = f"{path!r} is no path to mount something below."
        mend = "Write it as '/static': it begins with '/' and has no parameters."
        raise ConfigurationError("TRI-MOUNT-001", what, mend)
    if not (callable(app) or hasattr(app, "resolve") or isinstance(app, FrontendFiles)):
        what = f"{app!r} cannot be mounted: it is no application."
        mend = "Mount an App, an ASGI application, StaticFiles or WSGIMiddleware(app)."
        raise ConfigurationError("TRI-MOUNT-001", what, mend)
    return Mount(path=prefix, app=app, name=name)


def check_taken(mounts: Sequence[Mount]) -> None:
    """Raise ``ConfigurationError`` where two are mounted at one path."""
    seen: set[str] = set()
    for mount in mounts:
        if mount.path in seen:
            what = f"Something is mounted at {mount.path or '/'!r} already."
            raise ConfigurationError("TRI-MOUNT-001", what, "Choose another path.")
        seen.add(mount.path)
