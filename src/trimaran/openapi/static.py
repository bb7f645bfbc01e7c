"""The vendored files of the documentation pages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from trimaran.errors import HTTPException
from trimaran.http import Response

if TYPE_CHECKING:
    from trimaran.http import Request

_FOLDER = Path(__file__).parent / "assets"
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"

MEDIA_TYPES = {
    "docs.css": _STYLE,
    "favicon.svg": "image/svg+xml",
    "oauth2-redirect.js": _SCRIPT,
    "redoc-init.js": _SCRIPT,
    "redoc.standalone.js": _SCRIPT,
    "swagger-init.js": _SCRIPT,
    "swagger-ui-bundle.js": _SCRIPT,
    "swagger-ui.css": _STYLE,
}
_COMPRESSED = {"redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css"}


def asset_response(request: Request, name: str) -> Response:
    """Return a vendored file, or 304 where the browser has it; 404 for other names.

    A file asked for with ``?v=`` and its digest never changes: browsers keep it for a year.
    """
    if name not in MEDIA_TYPES:
        raise HTTPException(404, f"There is no {name!r} among the documentation's files.")
    version = digest(name)
    fixed = request.query_params.get("v") == version
    headers = {
        "etag": f'W/"{version}"',
        "cache-control": "public, max-age=31536000, immutable" if fixed else "no-cache",
        "x-content-type-options": "nosniff",
    }
    if name in _COMPRESSED:
        headers["vary"] = "accept-encoding"
    if version in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    data = _read(name)
    if name in _COMPRESSED:
        if _takes_gzip(request):
            headers["content-encoding"] = "gzip"
        else:
            import gzip

            data = gzip.decompress(data)
    return Response(data, 200, headers, MEDIA_TYPES[name])


@lru_cache(maxsize=len(MEDIA_TYPES))
def digest(name: str) -> str:
    """Return what names a file's content in its address and ``ETag``."""
    from hashlib import sha256

    return sha256(_read(name)).hexdigest()[:16]


def asset_text(name: str) -> str:
    """Return a vendored script that is not compressed, to stand in a page."""
    return _read(name).decode()


def _read(name: str) -> bytes:
    # Read each time: browsers ask once, and a megabyte kept for them would stay for ever.
    return (_FOLDER / (f"{name}.gz" if name in _COMPRESSED else name)).read_bytes()


def _takes_gzip(request: Request) -> bool:
    for coding in request.headers.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
