"""All routes of an application at once, and all of their faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers.clashes import duplicates, misplaced
from trimaran.handlers.compiler import compile_endpoint
from trimaran.handlers.planning import build_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimaran.handlers.app_scope import AppScope
    from trimaran.handlers.fault_handlers import FaultHandlers
    from trimaran.handlers.middleware import Middleware
    from trimaran.handlers.plan import Plan
    from trimaran.handlers.route import Route
    from trimaran.http import Endpoint


def compile_routes(
    routes: Sequence[Route],
    *,
    overrides: Mapping[Any, Any],
    faults: FaultHandlers,
    middleware: Sequence[Middleware] = (),
    app_scope: AppScope | None = None,
    passing: bool = False,
) -> list[tuple[Plan, Endpoint]]:
    """Return the plan and the endpoint of every route.

    overrides:  dependency to what is called in its place
    middleware: around every route, outside the routes' own
    passing:    a fault that no handler expects is raised: something outside answers for it
    app_scope:  holds the dependencies that live as long as the application
    Raises ``ConfigurationErrors`` with the faults of all of them.
    """
    found: list[ConfigurationError] = [*misplaced(routes), *duplicates(routes)]
    compiled: list[tuple[Plan, Endpoint]] = []
    for route in routes:
        try:
            plan = build_plan(route, overrides)
            if route.socket is not None:
                compiled.append((plan, _websocket(plan, faults, app_scope, middleware)))
                continue
            known = faults.passing() if passing else faults
            endpoint = compile_endpoint(plan, known, middleware, app_scope=app_scope)
            compiled.append((plan, endpoint))
        except ConfigurationErrors as errors:
            found += errors.errors
        except ConfigurationError as error:
            found.append(error)
    if found:
        raise ConfigurationErrors(_distinct(found))
    return compiled


def _websocket(
    plan: Plan,
    faults: FaultHandlers,
    app_scope: AppScope | None,
    middleware: Sequence[Middleware],
) -> Endpoint:
    from trimaran.handlers.app_scope import AppScope
    from trimaran.handlers.websockets import compile_websocket

    held = AppScope() if app_scope is None else app_scope
    return compile_websocket(plan, faults, held, middleware)


def _distinct(faults: Sequence[ConfigurationError]) -> list[ConfigurationError]:
    """Return each fault once: a dependency's stands in every route that needs it."""
    return list({str(fault): fault for fault in faults}.values())
