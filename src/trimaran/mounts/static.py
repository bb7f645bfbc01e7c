"""``StaticFiles``: a directory served below a path."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from trimaran._internal.disk import off_loop
from trimaran.errors import ConfigurationError, HTTPException
from trimaran.http import Endpoint, FileResponse, RedirectResponse, Response
from trimaran.http.problems import fault_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimaran.http import Request

_NO_PARAMS: Mapping[str, Any] = MappingProxyType({})

SymlinkPolicy = Literal["inside", "follow", "refuse"]


class StaticFiles:
    """The files of a directory: ``app.mount("/static", StaticFiles("static"))``.

    Answers GET and HEAD with entity tags, conditions and ranges. Nothing above the directory and
    nothing whose name begins with a dot is served, except below ``.well-known``.

    html:      serve ``index.html`` for a directory, ``404.html`` where there is no file
    fallback:  the file served where there is none, with 200: a single-page application's page
    symlinks:  ``inside``: those that lead nowhere out of the directory; ``follow``: all;
               ``refuse``: none
    dotfiles:  serve files and directories whose names begin with a dot, too
    cache_control: sent with every file, ``public, max-age=31536000, immutable``
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        *,
        html: bool = False,
        fallback: str | None = None,
        symlinks: SymlinkPolicy = "inside",
        dotfiles: bool = False,
        cache_control: str | None = None,
        check_dir: bool = True,
    ) -> None:
        if check_dir and not Path(directory).is_dir():
            what = f"The directory {os.fspath(directory)!r} of StaticFiles does not exist."
            mend = "Give an absolute path, such as Path(__file__).parent / 'static'."
            raise ConfigurationError("TRI-MOUNT-002", what, mend)
        self._root = os.path.realpath(directory)
        self._html = html
        self._fallback = fallback
        self._symlinks = symlinks
        self._dotfiles = dotfiles
        self._headers = {} if cache_control is None else {"cache-control": cache_control}

    def resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        """Return the endpoint of a file, as an application does."""

        async def run(request: Request) -> Response:
            try:
                return await self.respond(request, path)
            except HTTPException as error:
                return fault_of(request, error.status_code, error.detail, error.headers)

        return Endpoint(run, label="static files"), _NO_PARAMS

    async def respond(self, request: Request, path: str) -> Response:
        """Return the file of a path. Raises ``HTTPException`` 404 or 405."""
        if request.method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        found = await off_loop(self._find, path)
        if found is None:
            return await self._missing(request, path)
        file, stats = found
        if stat.S_ISDIR(stats.st_mode):
            if not request.path.endswith("/"):
                return RedirectResponse("/" + request.path.lstrip("/") + "/")
            index = await off_loop(self._find, path.rstrip("/") + "/index.html")
            if index is None:
                return await self._missing(request, path)
            file, stats = index
        return await self._send(request, file, stats)

    async def _missing(self, request: Request, path: str) -> Response:
        if self._fallback is not None and wants_page(request, path):
            found = await off_loop(self._find, "/" + self._fallback)
            if found is not None:
                return await self._send(request, *found, page=True)
        if self._html and (found := await off_loop(self._find, "/404.html")) is not None:
            return await self._send(request, *found, status=404)
        raise HTTPException(404)

    async def _send(
        self,
        request: Request,
        file: str,
        stats: os.stat_result,
        *,
        status: int = 200,
        page: bool = False,
    ) -> Response:
        # A page that names files by their digests must be asked for again each time.
        headers = {"cache-control": "no-cache"} if page else self._headers
        response = FileResponse(file, status, headers, stat_result=stats)
        await response.prepare(request)
        response.headers["x-content-type-options"] = "nosniff"
        return response

    def _find(self, path: str) -> tuple[str, os.stat_result] | None:
        """Return the file or directory of a path, if it may be served. Waits for the disk."""
        segments = [segment for segment in path.split("/") if segment]
        if not self._may_name(path, segments):
            return None
        wanted = os.path.join(self._root, *segments)  # noqa: PTH118  strings, on the way of a request
        try:
            real = os.path.realpath(wanted)
            if real != wanted and not self._may_lead(real):
                return None
            found = os.stat(real)  # noqa: PTH116  as above
        except (OSError, ValueError):
            return None
        if stat.S_ISDIR(found.st_mode):
            return (real, found) if self._html else None
        if not stat.S_ISREG(found.st_mode) or path.endswith("/"):
            return None
        return real, found

    def _may_name(self, path: str, segments: list[str]) -> bool:
        if "\0" in path or "\\" in path or len(path) > 4096:
            return False
        if ".." in segments or "." in segments or any(":" in one for one in segments):
            return False
        if self._dotfiles:
            return True
        named = segments[1:] if segments[:1] == [".well-known"] else segments
        return not any(one.startswith(".") for one in named)

    def _may_lead(self, real: str) -> bool:
        if self._symlinks == "follow":
            return True
        if self._symlinks == "refuse":
            return False
        inside = real == self._root or real.startswith(self._root + os.sep)
        return inside and (self._dotfiles or f"{os.sep}." not in real[len(self._root) :])


def wants_page(request: Request, path: str) -> bool:
    """Whether a browser asks for a page, not for a script or an image."""
    last = path.rpartition("/")[2]
    accepted = request.headers.get("accept", "*/*")
    return "." not in last and ("text/html" in accepted or "*/*" in accepted)
