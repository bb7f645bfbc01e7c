"""Answers for faults: ``{"detail": ...}``, or problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

from trimaran.http.response import JSONResponse

MEDIA_TYPE = "application/problem+json"


class Asked(Protocol):
    """What a fault's answer needs of a request or a WebSocket."""

    path: str

    def applications(self) -> tuple[tuple[Any, str], ...]:
        """Return the application that answers and those around it, innermost first."""
        ...


_TEXTS = frozenset({"type", "title", "detail", "instance"})


def fault_response(
    status: int,
    detail: Any,
    headers: Mapping[str, str] | None = None,
    *,
    problem_details: bool = False,
    request: Asked | None = None,
) -> JSONResponse:
    """Return the answer for a fault, in the form that the application has chosen."""
    if problem_details:
        return problem(status, detail, headers, request=request)
    return JSONResponse({"detail": detail}, status, headers)


def fault_of(
    connection: Asked,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer for a fault outside any route, in its application's form."""
    asked = connection.applications()
    chosen = next((app for app, _ in asked if hasattr(app, "problem_details")), None)
    problems = bool(getattr(chosen, "problem_details", False))
    return fault_response(status, detail, headers, problem_details=problems, request=connection)


def problem(
    status: int,
    detail: Any,
    headers: Mapping[str, str] | None = None,
    *,
    request: Asked | None = None,
) -> JSONResponse:
    """Return a fault in RFC 9457's form.

    detail:  text stands as it is; the members of an object stand beside the standard ones; any
             other list is ``errors``, as the faults of a request that is not valid are
    request: its path is the ``instance``
    """
    title = _title(status)
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if request is not None:
        body["instance"] = _instance(request.path)
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
        body["errors"] = [_error(one) for one in detail]
    elif detail is not None:
        body["detail"] = str(detail)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _error(fault: Any) -> Any:
    """Return a fault of FastAPI's form with its place as RFC 9457 shows it.

    ``{"detail": "Field required", "in": "body", "pointer": "#/lines/0/price", "type": "missing"}``;
    outside the body ``parameter`` names what a pointer cannot.
    """
    if not isinstance(fault, Mapping) or not fault.get("loc"):
        return fault
    place, *path = fault["loc"]
    error: dict[str, Any] = {"detail": fault.get("msg", ""), "in": place}
    if place == "body":
        error["pointer"] = "#" + "".join(f"/{_token(part)}" for part in path)
    elif path:
        error["parameter"] = str(path[0])
    return error | {key: value for key, value in fault.items() if key not in ("loc", "msg")}


def _token(part: Any) -> str:
    """Return a step of a JSON Pointer as a URI fragment has it (RFC 6901, 6)."""
    from urllib.parse import quote

    return quote(str(part).replace("~", "~0").replace("/", "~1"), safe="~!$&'()*+,;=:@")


def _instance(path: str) -> str:
    from trimaran.http.url import quote_path

    return quote_path(path)


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
