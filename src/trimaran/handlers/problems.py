"""Faults as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from trimaran.http import JSONResponse

MEDIA_TYPE = "application/problem+json"
_TEXTS = frozenset({"type", "title", "detail", "instance"})


def problem(status: int, detail: Any, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return a fault in RFC 9457's form.

    detail: text stands as it is; the members of an object stand beside the standard ones; any other
            list is ``errors``, as the faults of a request that is not valid are
    """
    title = _title(status)
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if isinstance(detail, str):
        if detail != title:
            body["detail"] = detail
    elif isinstance(detail, Mapping):
        more = {str(key): value for key, value in detail.items()}
        body.update({key: value for key, value in more.items() if key != "status"})
        body.update({key: str(body[key]) for key in _TEXTS & body.keys()})
    elif isinstance(detail, list | tuple):
        count = len(detail)
        body["detail"] = f"The request has {count} {'fault' if count == 1 else 'faults'}."
        body["errors"] = list(detail)
    elif detail is not None:
        body["detail"] = str(detail)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
