"""Security schemes in an OpenAPI document, told by the schemes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.di import Graph
    from trimaran.openapi.schemas import JSON, Schemas


_FORBIDDEN: JSON = {"description": "Forbidden"}
_REFUSALS: dict[str, JSON] = {
    "401": {
        "description": "Unauthorized",
        "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    }
}


class SecuritySchemes:
    """The schemes that a document's operations name.

    A scheme is any dependency with a ``scheme_name`` and an ``openapi_scheme()`` that returns its
    Security Scheme Object.
    """

    def __init__(self) -> None:
        self.components: dict[str, JSON] = {}

    def add(self, operation: JSON, graph: Graph, schemas: Schemas, *, problems: bool) -> None:
        """Add the schemes that guard an operation, and what they answer.

        They read ``[{"OAuth2": ["films:read"]}]``. The refusal, a 401 as a rule, is described where
        a scheme answers it and nothing else was declared.
        """
        found: dict[str, list[str]] = {}
        responses = operation["responses"]
        for guard in graph.guards:
            scopes = found.setdefault(self._named(guard.scheme), [])
            scopes += [scope for scope in guard.scopes if scope not in scopes]
            if not getattr(guard.scheme, "auto_error", False):
                continue
            status = _refusal(guard.scheme)
            if not {status, f"{status[0]}XX", "default"} & responses.keys():
                content = schemas.fault("HTTPError", problems=problems)
                responses[status] = {**_REFUSALS.get(status, _FORBIDDEN), "content": content}
        operation["security"] = [{name: scopes} for name, scopes in found.items()]

    def _named(self, scheme: Any) -> str:
        """Return the name of a scheme; another one of that name gets a number."""
        described = scheme.openapi_scheme()
        wanted: str = scheme.scheme_name
        name, number = wanted, 1
        while self.components.setdefault(name, described) != described:
            number += 1
            name = f"{wanted}_{number}"
        return name


def _refusal(scheme: Any) -> str:
    """Return the status of a scheme's refusal, which a subclass may have changed."""
    make = getattr(scheme, "make_not_authenticated_error", None)
    return "401" if make is None else str(getattr(make(), "status_code", 401))
