"""How faults are described: in FastAPI's form, and in RFC 9457's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    JSON = dict[str, Any]

PLAIN, PROBLEM = "application/json", "application/problem+json"


def _reference(name: str) -> JSON:
    return {"$ref": name}


_HTTP_ERROR: JSON = {
    "title": "HTTPError",
    "description": "Why a request was not answered; any JSON.",
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"title": "Detail"}},
}

_VALIDATION_ERROR: JSON = {
    "title": "ValidationError",
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {
            "title": "Location",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"title": "Message", "type": "string"},
        "type": {"title": "Error Type", "type": "string"},
        "input": {"title": "Input"},
        "ctx": {"title": "Context", "type": "object"},
    },
}

_HTTP_VALIDATION_ERROR: JSON = {
    "title": "HTTPValidationError",
    "type": "object",
    "properties": {
        "detail": {"title": "Detail", "type": "array", "items": _reference("ValidationError")}
    },
}

_MEMBERS: JSON = {
    "type": {
        "description": "Names the kind of problem; about:blank says no more than the status.",
        "type": "string",
        "format": "uri-reference",
        "default": "about:blank",
    },
    "title": {"description": "The kind of problem, in words.", "type": "string"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"description": "What happened this time.", "type": "string"},
    "instance": {
        "description": "The path of the request.",
        "type": "string",
        "format": "uri-reference",
    },
}

_PROBLEM: JSON = {
    "title": "Problem",
    "description": "Problem details (RFC 9457); a problem may have more members.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": _MEMBERS,
}

_VALIDATION_PROBLEM: JSON = {
    "title": "ValidationProblem",
    "description": "The problem details of a request that is not valid.",
    "type": "object",
    "required": ["type", "title", "status", "errors"],
    "properties": {
        **_MEMBERS,
        "errors": {"type": "array", "items": _reference("ProblemError")},
    },
}

_PROBLEM_ERROR: JSON = {
    "title": "ProblemError",
    "description": "One fault of a request, and where it lies.",
    "type": "object",
    "required": ["detail", "in", "type"],
    "properties": {
        "detail": {"description": "What is wrong.", "type": "string"},
        "in": {"type": "string", "enum": ["path", "query", "header", "cookie", "body"]},
        "pointer": {
            "description": "Of the body: a JSON Pointer as a fragment, such as #/lines/0/price.",
            "type": "string",
            "format": "json-pointer-uri-fragment",
        },
        "parameter": {"description": "Of the other places: its name.", "type": "string"},
        "type": {"description": "The kind of fault, such as missing.", "type": "string"},
        "input": {"description": "What was sent."},
        "ctx": {"description": "The limit that was broken.", "type": "object"},
    },
}

SCHEMAS: dict[str, JSON] = {
    "HTTPError": _HTTP_ERROR,
    "HTTPValidationError": _HTTP_VALIDATION_ERROR,
    "Problem": _PROBLEM,
    "ProblemError": _PROBLEM_ERROR,
    "ValidationError": _VALIDATION_ERROR,
    "ValidationProblem": _VALIDATION_PROBLEM,
}
"""By name; what they refer to stands as ``{"$ref": name}``."""

AS_PROBLEMS = {"HTTPError": "Problem", "HTTPValidationError": "ValidationProblem"}

NEEDS = {"HTTPValidationError": ("ValidationError",), "ValidationProblem": ("ProblemError",)}
"""What a schema refers to."""
