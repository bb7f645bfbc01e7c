"""Security schemes in an OpenAPI document, told by the schemes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trimaran.di import Graph
    from trimaran.openapi.schemas import JSON


_UNAUTHORIZED: JSON = {
    "description": "Unauthorized",
    "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
}


class SecuritySchemes:
    """The schemes that a document's operations name.

    A scheme is any dependency with a ``scheme_name`` and an ``openapi_scheme()`` that returns its
    Security Scheme Object.
    """

    def __init__(self) -> None:
        self.components: dict[str, JSON] = {}

    def added(self, operation: JSON, graph: Graph) -> JSON:
        """Return an operation with the schemes that guard it.

        They read ``[{"OAuth2": ["films:read"]}]``. A 401 is described where a scheme answers it
        and nothing else was declared.
        """
        if not graph.guards:
            return operation
        found: dict[str, list[str]] = {}
        for guard in graph.guards:
            scopes = found.setdefault(self._named(guard.scheme), [])
            scopes += [scope for scope in guard.scopes if scope not in scopes]
        operation["security"] = [{name: scopes} for name, scopes in found.items()]
        responses = operation["responses"]
        refuses = any(getattr(guard.scheme, "auto_error", False) for guard in graph.guards)
        if refuses and not {"401", "4XX", "default"} & set(responses):
            responses["401"] = _UNAUTHORIZED
        return operation

    def _named(self, scheme: Any) -> str:
        """Return the name of a scheme; another one of that name gets a number."""
        described = scheme.openapi_scheme()
        wanted: str = scheme.scheme_name
        name, number = wanted, 1
        while self.components.setdefault(name, described) != described:
            number += 1
            name = f"{wanted}_{number}"
        return name
