"""The operations of an OpenAPI document: each a route and one of its methods."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

from trimaran.openapi.answers import responses_of
from trimaran.openapi.bodies import request_body
from trimaran.openapi.parameters import parameters_of
from trimaran.openapi.schemas import Schemas
from trimaran.openapi.security import SecuritySchemes
from trimaran.routing.template import openapi_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.handlers.plan import Plan
    from trimaran.handlers.route import Route
    from trimaran.openapi.schemas import JSON

_METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})


class Operations:
    """Describes routes; holds the components that their descriptions refer to.

    problem_details: of the routes that do not say it themselves
    separate:        a class that differs has a schema for each direction
    middleware:      what stands around every operation
    """

    def __init__(
        self,
        *,
        problem_details: bool = False,
        separate: bool = True,
        middleware: Sequence[Any] = (),
    ) -> None:
        self._problem_details = problem_details
        self._middleware = tuple(middleware)
        self._schemas = Schemas(separate=separate)
        self._security = SecuritySchemes()
        self._ids: set[str] = set()

    def items(self, plans: Sequence[Plan], name: Callable[[str], str]) -> dict[str, JSON]:
        """Return Path Item Objects by the name that a path gets; of two alike the first."""
        found: dict[str, JSON] = {}
        for plan in plans:
            if not plan.route.include_in_schema:
                continue
            for method in plan.route.methods:
                if method in _METHODS:
                    item = found.setdefault(name(plan.route.path), {})
                    if method.lower() not in item:
                        item[method.lower()] = self._operation(plan, method)
        return found

    def components(self) -> JSON:
        """Return the Components Object; fills the schemas of all operations."""
        definitions = self._schemas.fill()
        found: JSON = {"schemas": definitions} if definitions else {}
        if self._security.components:
            found["securitySchemes"] = self._security.components
        return found

    def _operation(self, plan: Plan, method: str) -> JSON:
        route, schemas = plan.route, self._schemas
        result: JSON = {}
        if route.tags:
            result["tags"] = list(dict.fromkeys(map(_text, route.tags)))
        result["summary"] = route.summary or route.name.replace("_", " ").title()
        description = route.description or _docstring(route)
        if description:
            result["description"] = description
        result["operationId"] = self._id(route, method)
        if route.deprecated:
            result["deprecated"] = True
        parameters = parameters_of(plan, schemas)
        if parameters:
            result["parameters"] = parameters
        if plan.body is not None:
            result["requestBody"] = request_body(plan.body, result["operationId"], schemas)
        problems = self._problem_details if route.problem_details is None else route.problem_details
        answers = responses_of(
            plan, schemas, problems=problems, middleware=(*self._middleware, *route.middleware)
        )
        result["responses"] = answers
        if route.callbacks:
            result["callbacks"] = self._callbacks(route)
        if plan.graph.guards:
            self._security.add(result, plan.graph, schemas, problems=problems)
        if route.openapi_extra:
            _merge(result, route.openapi_extra)
        return result

    def _callbacks(self, route: Route) -> JSON:
        """Return the Callback Objects by the names of their handlers."""
        from trimaran.openapi.callbacks import planned

        found: JSON = {}
        for plan in planned(route.callbacks):
            for path, item in self.items([plan], str).items():
                found.setdefault(plan.route.name, {}).setdefault(path, {}).update(item)
        return found

    def _id(self, route: Route, method: str) -> str:
        """Return the id that the route names, else FastAPI's: ``list_films_films_get``.

        Each is given once: a second one of the same name gets a number.
        """
        wanted = route.operation_id
        if wanted is None and route.generate_unique_id_function is not None:
            wanted = route.generate_unique_id_function(route)
        if wanted is None:
            text = re.sub(r"\W", "_", f"{route.name}{openapi_path(route.path)}")
            wanted = f"{text}_{method.lower()}"
        name, number = wanted, 1
        while name in self._ids:
            number += 1
            name = f"{wanted}_{number}"
        self._ids.add(name)
        return name


def _docstring(route: Route) -> str:
    """Return the handler's docstring up to a form feed."""
    text = getattr(route.handler, "__doc__", None)
    return inspect.cleandoc(text).split("\f")[0].strip() if text else ""


def _text(tag: Any) -> str:
    """Return a tag, the value of an Enum's member."""
    return str(getattr(tag, "value", tag))


def _merge(into: JSON, more: Mapping[str, Any]) -> None:
    """Put one description into another: objects and lists grow, all else is replaced."""
    for name, value in more.items():
        present = into.get(name)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            into[name] = [*present, *value]
        else:
            into[name] = value
