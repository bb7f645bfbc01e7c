"""``app.frontend``: what a build tool made of a frontend, behind the routes."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from trimaran._internal.disk import off_loop
from trimaran.errors import ConfigurationError, HTTPException
from trimaran.handlers.mount import FrontendFiles
from trimaran.handlers.route import Route
from trimaran.http import Request, Response
from trimaran.mounts.static import StaticFiles, wants_page

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from trimaran.handlers.mount import Mount
    from trimaran.http import Endpoint

Fallback = Literal["auto", "index.html", "404.html"]

logger = logging.getLogger("trimaran.mounts")

_FALLBACKS = ("auto", "index.html", "404.html", None)


class Frontend(StaticFiles):
    """The files of a frontend, and what is sent where there is no file.

    fallback: ``index.html`` with 200 for what a browser asks for as a page, ``404.html`` with 404
              for everything; ``auto`` is the second where that file exists, else the first; None is
              a bare 404
    check_dir: False lets the directory and its files be made later
    options:  those of ``StaticFiles``
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        fallback: Fallback | None = "auto",
        check_dir: bool | Literal["auto"] = "auto",
        **options: Any,
    ) -> None:
        if fallback not in _FALLBACKS:
            what = f"A frontend's fallback cannot be {fallback!r}."
            mend = "Write 'auto', 'index.html', '404.html' or None."
            raise ConfigurationError("TRI-MOUNT-004", what, mend)
        super().__init__(directory, html=True, check_dir=bool(check_dir), **options)
        self._mode = fallback
        if check_dir and fallback not in ("auto", None):
            self._check_fallback(fallback)

    def _check_fallback(self, name: str) -> None:
        if self._find(f"/{name}") is None:
            what = f"The frontend in {self._root!r} has no {name}, its fallback."
            mend = "Build it first, or leave the choice to fallback='auto'."
            raise ConfigurationError("TRI-MOUNT-004", what, mend)

    async def respond(self, request: Request, path: str) -> Response:
        """Return the file of a path, or its fallback. Raises ``HTTPException`` 404 or 405."""
        if request.method not in ("GET", "HEAD"):
            found = await off_loop(self._find, path)
            raise HTTPException(404) if found is None else _read_only()
        return await super().respond(request, path)

    async def _missing(self, request: Request, path: str) -> Response:
        if self._mode in ("auto", "404.html"):
            found = await off_loop(self._find, "/404.html")
            if found is not None:
                return await self._send(request, *found, status=404)
        if self._mode in ("auto", "index.html") and wants_page(request, path):
            found = await off_loop(self._find, "/index.html")
            if found is not None:
                return await self._send(request, *found, page=True)
        raise HTTPException(404)


def _read_only() -> HTTPException:
    return HTTPException(405, headers={"allow": "GET, HEAD"})


class _Guarded:
    """A frontend behind dependencies: one compiled endpoint for all of its paths."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        return self._endpoint, {"path": path}


def with_frontend(mount: Mount, compiled: Callable[[Route], Endpoint], *, lenient: bool) -> Mount:
    """Return a mount with the frontend that it declares; any other as it is.

    compiled: makes the endpoint of a route, with the application's overrides and handlers
    lenient:  a directory that is missing is only warned of: in development it is built later
    Raises ``ConfigurationError`` for a frontend that cannot be served.
    """
    declared = mount.app
    if not isinstance(declared, FrontendFiles):
        return mount
    options = dict(declared.options)
    if lenient and options.get("check_dir", "auto") == "auto" and not _is_there(declared.directory):
        logger.warning("%s: the frontend in %s is not built", declared.where, declared.directory)
        options["check_dir"] = False
    try:
        files = Frontend(declared.directory, **options)
    except ConfigurationError as error:
        raise ConfigurationError(error.id, error.what, error.mend, where=declared.where) from error
    app = _Guarded(compiled(_route(files, mount))) if mount.dependencies else files
    return msgspec.structs.replace(mount, app=app)


def _is_there(directory: Any) -> bool:
    return Path(directory).is_dir()


def _route(files: Frontend, mount: Mount) -> Route:
    async def frontend(request: Request) -> Response:
        return await files.respond(request, request.path_params["path"])

    return Route(
        path="/{path:path}",
        methods=("GET",),
        handler=frontend,
        name="frontend",
        dependencies=tuple(mount.dependencies),
        include_in_schema=False,
        local_names={"Request": Request, "Response": Response},
    )
