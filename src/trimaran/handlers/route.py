"""A route as it was declared: what decorators write and the compiler reads."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING, Any

import msgspec

from trimaran.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from enum import Enum

    from trimaran.di import Dependency
    from trimaran.handlers.shape import Shape
    from trimaran.http import Request, Response
    from trimaran.http.socket_options import SocketOptions
    from trimaran.types import Handler


class _Unset:
    """The type of ``UNSET``: no value was given, where None would be a value."""

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Any = _Unset()


class Route(msgspec.Struct, kw_only=True, eq=False):
    """One declaration: a path, its methods, the handler, what the decorator said.

    path:           with every router's prefix in front, ``/films/{id}``
    response_model: ``UNSET`` where the handler's return annotation decides
    shape:          what the ``response_model_...`` options say, if anything
    dependencies:   those of the app, the routers and the route, in that order
    responses:      declared beside the main one, ``{404: {"description": "No such film"}}``
    exception_handlers: of the routers around it, by exception class or status, innermost last
    timeout:        seconds to answer in; 504 after them
    cancel_on_disconnect: None is True: the handler is cancelled when its client leaves
    middleware:     of the routers around it and its own, outermost first
    socket:         of a WebSocket's route: what it allows
    local_names:    of the function that the handler was declared in, for its annotations
    openapi_extra:  merged into the operation in the document
    callbacks:      routes of the caller's, which the document shows beside this one
    generate_unique_id_function: makes the operation id
    problem_details: None is as the application has it
    strict_content_type: False reads a JSON body that does not say what it is, too
    compiled:       what answers the route's requests, once it is compiled
    """

    path: str
    methods: tuple[str, ...]
    handler: Handler
    name: str
    status_code: int = 200
    response_model: Any = UNSET
    shape: Shape | None = None
    response_class: type | None = None
    response_description: str = "Successful Response"
    responses: Mapping[int | str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    dependencies: Sequence[Dependency] = ()
    tags: Sequence[str | Enum] = ()
    summary: str | None = None
    description: str | None = None
    deprecated: bool | None = None
    operation_id: str | None = None
    include_in_schema: bool = True
    max_body: int | None = None
    timeout: float | None = None
    cancel_on_disconnect: bool | None = None
    exception_handlers: Mapping[type[BaseException] | int, Handler] = msgspec.field(
        default_factory=dict
    )
    middleware: Sequence[Any] = ()
    socket: SocketOptions | None = None
    local_names: Mapping[str, Any] | None = None
    openapi_extra: Mapping[str, Any] | None = None
    callbacks: Sequence[Route] = ()
    generate_unique_id_function: Callable[[Route], str] | None = None
    problem_details: bool | None = None
    strict_content_type: bool | None = None
    compiled: Callable[[Request], Awaitable[Response]] | None = None

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers the route's requests; a subclass may put its own around it.

        Unlike a middleware, that sees every exception of the route, a 422 too. It is called once,
        when the application starts::

            class Timed(Route):
                def get_route_handler(self):
                    inner = super().get_route_handler()

                    async def timed(request: Request) -> Response: ...

                    return timed

            router = Router(route_class=Timed)
        """
        if self.compiled is None:
            what = "The route has not been compiled yet."
            mend = "Leave the call of get_route_handler to the application."
            raise ConfigurationError("TRI-ROUTE-020", what, mend, where=self.where)
        return self.compiled

    @property
    def endpoint(self) -> Handler:
        """The handler, by FastAPI's name."""
        return self.handler

    @property
    def path_format(self) -> str:
        """The path with the parameters' bare names, ``/films/{id}``."""
        from trimaran.routing.template import openapi_path

        return openapi_path(self.path)

    @property
    def label(self) -> str:
        """``GET /films/{id}``."""
        return f"{'|'.join(self.methods)} {self.path}"

    @property
    def where(self) -> str:
        """``shop/views.py:41 show, GET /films/{id}``, for messages."""
        return f"{locate(self.handler)}, {self.label}"


def locate(target: object) -> str:
    """Return ``file:line name`` of a function or class, the file relative to here."""
    unwrapped = inspect.unwrap(target) if callable(target) else target
    name = getattr(unwrapped, "__qualname__", type(unwrapped).__name__)
    code = getattr(unwrapped, "__code__", None)
    if code is not None:
        file, line = code.co_filename, code.co_firstlineno
    else:
        try:
            subject = unwrapped if inspect.isclass(unwrapped) else type(unwrapped)
            file = inspect.getsourcefile(subject) or "?"
            line = inspect.getsourcelines(subject)[1]
        except (OSError, TypeError):
            return str(name)
    shown = os.path.relpath(file) if file.startswith(os.sep) else file
    return f"{file if shown.startswith('..') else shown}:{line} {name}"
