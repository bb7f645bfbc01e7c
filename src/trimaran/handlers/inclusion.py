"""What a router, or its inclusion in another, adds to what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import Enum

    from trimaran.di import Dependency
    from trimaran.handlers.mount import Mount
    from trimaran.handlers.route import Route

    ExceptionHandlers = dict[type[BaseException] | int, Callable[..., Any]]


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a router, or its inclusion in another, adds to every route."""

    prefix: str = ""
    tags: tuple[str | Enum, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    responses: Mapping[int | str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    include_in_schema: bool = True
    deprecated: bool | None = None
    exception_handlers: ExceptionHandlers = msgspec.field(default_factory=dict)
    middleware: tuple[Any, ...] = ()
    max_body: int | None = None
    timeout: float | None = None
    cancel_on_disconnect: bool | None = None
    response_class: type | None = None
    callbacks: tuple[Route, ...] = ()
    generate_unique_id_function: Callable[[Route], str] | None = None
    problem_details: bool | None = None
    strict_content_type: bool | None = None

    def route(self, route: Route) -> Route:
        """Return a route with what is around it; the route's own words count."""
        return msgspec.structs.replace(
            route,
            path=self.prefix + route.path,
            tags=(*self.tags, *route.tags),
            dependencies=(*self.dependencies, *route.dependencies),
            responses={**self.responses, **route.responses},
            include_in_schema=self.include_in_schema and route.include_in_schema,
            deprecated=route.deprecated or self.deprecated,
            exception_handlers={**self.exception_handlers, **route.exception_handlers},
            middleware=(*self.middleware, *route.middleware),
            max_body=_first(route.max_body, self.max_body),
            timeout=_first(route.timeout, self.timeout),
            cancel_on_disconnect=_first(route.cancel_on_disconnect, self.cancel_on_disconnect),
            response_class=_first(route.response_class, self.response_class),
            callbacks=(*self.callbacks, *route.callbacks),
            generate_unique_id_function=_first(
                route.generate_unique_id_function, self.generate_unique_id_function
            ),
            problem_details=_first(route.problem_details, self.problem_details),
            strict_content_type=_first(route.strict_content_type, self.strict_content_type),
        )

    def mount(self, mount: Mount) -> Mount:
        """Return a mount with what is around it."""
        return msgspec.structs.replace(
            mount,
            path=self.prefix + mount.path,
            exception_handlers={**self.exception_handlers, **mount.exception_handlers},
            middleware=(*self.middleware, *mount.middleware),
            dependencies=(*self.dependencies, *mount.dependencies),
        )


def _first(inner: Any, outer: Any) -> Any:
    return outer if inner is None else inner
