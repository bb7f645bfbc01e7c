"""``Router``: routes declared with decorators, and routers within routers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from trimaran._internal.callsite import callsite
from trimaran.errors import ConfigurationError
from trimaran.handlers.inclusion import Around
from trimaran.handlers.life import Life
from trimaran.handlers.middleware import check_middleware
from trimaran.handlers.mount import FrontendFiles, Mount, check_taken, declare_mount
from trimaran.handlers.route import UNSET, Route
from trimaran.handlers.shape import take_shape
from trimaran.handlers.signature import local_names, name_of, where_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import Enum
    from types import FrameType
    from typing import Unpack

    from trimaran.di import Dependency
    from trimaran.handlers.life import Lifespan
    from trimaran.handlers.middleware import Middleware
    from trimaran.types import Handler

    F = TypeVar("F", bound=Callable[..., Any])
    ExceptionHandlers = dict[type[BaseException] | int, Callable[..., Any]]


class RouteOptions(TypedDict, total=False):
    """What a route's decorator takes beside the path; FastAPI's names and meanings.

    max_body:   bytes; a larger body is answered 413
    timeout:    seconds; a handler that waits longer is cancelled and answered 504
    cancel_on_disconnect: False lets the handler go on when its client has left
    middleware: around this route alone, the first outermost
    callbacks:  routes that the caller should have, for the documentation: ``router.routes``
    openapi_extra: merged into the operation's description
    generate_unique_id_function: makes the operation id of a route
    problem_details: answer faults in RFC 9457's form, or do not, whatever the application says
    """

    response_model: Any
    response_model_include: Any
    response_model_exclude: Any
    response_model_exclude_unset: bool
    response_model_exclude_defaults: bool
    response_model_exclude_none: bool
    response_model_by_alias: bool
    status_code: int
    tags: Sequence[str | Enum]
    dependencies: Sequence[Dependency]
    summary: str | None
    description: str | None
    response_description: str
    responses: Mapping[int | str, Mapping[str, Any]]
    deprecated: bool | None
    operation_id: str | None
    include_in_schema: bool
    response_class: type
    name: str
    max_body: int | None
    timeout: float | None
    cancel_on_disconnect: bool | None
    middleware: Sequence[Middleware]
    callbacks: Sequence[Route] | None
    openapi_extra: Mapping[str, Any] | None
    generate_unique_id_function: Callable[[Route], str] | None
    problem_details: bool | None


class SocketRouteOptions(TypedDict, total=False):
    """What a WebSocket route's decorator takes beside path and name."""

    dependencies: Sequence[Dependency] | None
    max_message: int
    compression: bool
    rate: tuple[int, float] | None
    origins: Sequence[str]


_OPTIONS = frozenset(RouteOptions.__annotations__)


class Router:
    """A group of routes, with what they share.

    prefix:       in front of every path: ``/films``
    dependencies: called for every route, before the route's own
    responses:    declared for every route, for the documentation
    default_response_class, max_body, timeout, cancel_on_disconnect: of the routes that do not say
                  it themselves
    lifespan, on_startup, on_shutdown: begin and end with the application
    callbacks, generate_unique_id_function, problem_details: as of a route, for all of them
    strict_content_type: False reads a JSON body without a ``Content-Type`` too: then a page
                  elsewhere may send one past CORS
    route_class:  a ``Route`` whose ``get_route_handler`` stands around those declared here

    stack: the middleware around every route, outermost first; ``use`` and ``middleware`` fill it
    """

    def __init__(
        self,
        prefix: str = "",
        *,
        tags: Sequence[str | Enum] = (),
        dependencies: Sequence[Dependency] = (),
        responses: Mapping[int | str, Mapping[str, Any]] | None = None,
        include_in_schema: bool = True,
        deprecated: bool | None = None,
        default_response_class: type | None = None,
        route_class: type[Route] = Route,
        max_body: int | None = None,
        timeout: float | None = None,
        cancel_on_disconnect: bool | None = None,
        lifespan: Lifespan | None = None,
        on_startup: Sequence[Callable[[], Any]] | None = None,
        on_shutdown: Sequence[Callable[[], Any]] | None = None,
        callbacks: Sequence[Route] | None = None,
        generate_unique_id_function: Callable[[Route], str] | None = None,
        problem_details: bool | None = None,
        strict_content_type: bool | None = None,
    ) -> None:
        _check_prefix(prefix)
        self.strict_content_type = strict_content_type
        self.callbacks = tuple(callbacks or ())
        self.generate_unique_id_function = generate_unique_id_function
        self.problem_details = problem_details
        self.default_response_class = default_response_class
        self.route_class = route_class
        self.max_body = max_body
        self.timeout = timeout
        self.cancel_on_disconnect = cancel_on_disconnect
        self.prefix = prefix
        self.tags = tuple(tags)
        self.dependencies = tuple(dependencies)
        self.responses = dict(responses or {})
        self.include_in_schema = include_in_schema
        self.deprecated = deprecated
        self.exception_handlers: ExceptionHandlers = {}
        self.stack: list[Any] = []
        self.life = Life(lifespan, on_startup, on_shutdown)
        self._entries: list[Route | Mount | tuple[Router, Around]] = []

    @property
    def routes(self) -> list[Route]:
        """Every route, those of included routers too, as they are declared by now."""
        return [entry for entry in self._declared(()) if isinstance(entry, Route)]

    @property
    def mounts(self) -> list[Mount]:
        """What is mounted, here and in included routers, as it is declared by now."""
        return [entry for entry in self._declared(()) if isinstance(entry, Mount)]

    def _declared(self, outer: tuple[Router, ...]) -> list[Route | Mount]:
        if self in outer:
            what = f"Router {self.prefix!r} includes itself."
            raise ConfigurationError("TRI-ROUTE-011", what, "Include it once, in another.")
        own = Around(
            prefix=self.prefix,
            tags=self.tags,
            dependencies=self.dependencies,
            responses=self.responses,
            include_in_schema=self.include_in_schema,
            deprecated=self.deprecated,
            # The outermost router is the application: what is its own is everybody's already.
            exception_handlers=self.exception_handlers if outer else {},
            middleware=tuple(self.stack) if outer else (),
            max_body=self.max_body,
            timeout=self.timeout,
            cancel_on_disconnect=self.cancel_on_disconnect,
            response_class=self.default_response_class,
            callbacks=self.callbacks,
            generate_unique_id_function=self.generate_unique_id_function,
            problem_details=self.problem_details,
            strict_content_type=self.strict_content_type,
        )
        found: list[Route | Mount] = []
        for entry in self._entries:
            if isinstance(entry, Route):
                found.append(own.route(entry))
            elif isinstance(entry, Mount):
                found.append(own.mount(entry))
            else:
                router, around = entry
                for inner in router._declared((*outer, self)):
                    if isinstance(inner, Route):
                        found.append(own.route(around.route(inner)))
                    else:
                        found.append(own.mount(around.mount(inner)))
        return found

    def include_router(
        self,
        router: Router,
        *,
        prefix: str = "",
        tags: Sequence[str | Enum] = (),
        dependencies: Sequence[Dependency] = (),
        responses: Mapping[int | str, Mapping[str, Any]] | None = None,
        include_in_schema: bool = True,
        deprecated: bool | None = None,
        default_response_class: type | None = None,
        callbacks: Sequence[Route] | None = None,
        generate_unique_id_function: Callable[[Route], str] | None = None,
    ) -> None:
        """Take in another router's routes, also those that it is given later."""
        _check_prefix(prefix)
        around = Around(
            prefix=prefix,
            tags=tuple(tags),
            dependencies=tuple(dependencies),
            responses=dict(responses or {}),
            include_in_schema=include_in_schema,
            deprecated=deprecated,
            response_class=default_response_class,
            callbacks=tuple(callbacks or ()),
            generate_unique_id_function=generate_unique_id_function,
        )
        self._entries.append((router, around))
        self._forget()

    def mount(self, path: str, app: Any, name: str = "") -> None:
        """Let another application answer for the paths below one, where no route does.

        app:  an ``App``, ``StaticFiles``, an ASGI application, ``WSGIMiddleware(application)``; an
              ``App`` starts and stops with this one
        name: for ``url_for``: ``"name:route"``, or the name itself and ``path=`` for a file
        """
        mount = declare_mount(path, app, name)
        check_taken([*(entry for entry in self._entries if isinstance(entry, Mount)), mount])
        self._entries.append(mount)
        self._forget()

    def frontend(self, path: str, directory: str | os.PathLike[str], **options: Any) -> None:
        """Serve what a build tool made: its files, else its page, behind the routes.

        directory: looked for when the application starts; a missing one is a warning in development
        fallback:  ``index.html`` for what a browser asks for as a page, ``404.html`` with 404 for
                   everything, None for a bare 404; ``auto``, the default, is what of them is there
        check_dir: False lets the directory be made later

        Dependencies of the application and of the routers around it are called before anything is
        sent. Of the files, those that a build tool names by their digests may be kept by saying so:
        ``cache_control="public, max-age=31536000, immutable"``; other options are
        ``StaticFiles``'s.
        """
        self.mount(path, FrontendFiles(directory, options, callsite()))

    def add_api_route(
        self,
        path: str,
        endpoint: Handler,
        *,
        methods: Iterable[str] = ("GET",),
        **options: Unpack[RouteOptions],
    ) -> None:
        """Add a route: what the decorators do."""
        self._add(path, endpoint, methods, options=options, frame=sys._getframe(1))

    def add_route(
        self,
        path: str,
        route: Handler,
        methods: Iterable[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = False,
    ) -> None:
        """Add a handler in Starlette's form: its one parameter is the request.

        It needs no annotation, and may return a value as well as a response.
        """
        from trimaran.handlers.starlette_handlers import taking_request

        handler = taking_request(route)
        self.add_api_route(
            path,
            handler,
            methods=methods or ("GET",),
            name=name or handler.__name__,
            include_in_schema=include_in_schema,
        )

    def add_websocket_route(self, path: str, route: Handler, name: str | None = None) -> None:
        """Add a WebSocket handler in Starlette's form: it takes the connection."""
        from trimaran.handlers.starlette_handlers import taking_websocket

        self.add_api_websocket_route(path, taking_websocket(route), name)

    def _add(
        self,
        path: str,
        endpoint: Handler,
        methods: Iterable[str],
        *,
        options: RouteOptions,
        frame: FrameType,
    ) -> None:
        unknown = set(options) - _OPTIONS
        if unknown:
            message = (
                f"unexpected keyword argument {min(unknown)!r}; a route takes "
                f"{', '.join(sorted(_OPTIONS))}"
            )
            raise TypeError(message)
        given: dict[str, Any] = dict(options)
        for name in ("responses", "status_code", "response_class"):
            if name in given and given[name] is None:
                del given[name]
        status = given.get("status_code", 200)
        if not isinstance(status, int) or not 200 <= status <= 599:
            what = f"Status {status!r} cannot end a request."
            mend = "Give status_code a number from 200 to 599."
            raise ConfigurationError("TRI-ROUTE-015", what, mend, where=where_of(endpoint))
        given.setdefault("name", getattr(endpoint, "__name__", name_of(endpoint)))
        given["tags"] = tuple(given.get("tags") or ())
        given["dependencies"] = tuple(given.get("dependencies") or ())
        given["middleware"] = tuple(given.get("middleware") or ())
        given["callbacks"] = tuple(given.get("callbacks") or ())
        for middleware in given["middleware"]:
            check_middleware(middleware)
        given.setdefault("response_model", UNSET)
        given["shape"] = take_shape(given)
        verbs = tuple(sorted({method.upper() for method in methods}))
        names = local_names(endpoint, frame)
        route = self.route_class(
            path=path, methods=verbs, handler=endpoint, local_names=names, **given
        )
        self._entries.append(route)
        self._forget()

    def api_route(
        self, path: str, *, methods: Iterable[str] = ("GET",), **options: Unpack[RouteOptions]
    ) -> Callable[[F], F]:
        """Declare a route for several methods."""
        given: object = path
        if not isinstance(given, str):
            what = "A route's decorator was given its handler in place of a path."
            mend = "Write the path: @app.get('/films')."
            where = where_of(given) if callable(given) else ""
            raise ConfigurationError("TRI-ROUTE-008", what, mend, where=where)

        def declare(handler: F) -> F:
            self._add(path, handler, methods, options=options, frame=sys._getframe(1))
            return handler

        return declare

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a GET route; it answers HEAD too."""
        return self.api_route(path, methods=("GET",), **options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a POST route."""
        return self.api_route(path, methods=("POST",), **options)

    def put(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a PUT route."""
        return self.api_route(path, methods=("PUT",), **options)

    def patch(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a PATCH route."""
        return self.api_route(path, methods=("PATCH",), **options)

    def delete(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a DELETE route."""
        return self.api_route(path, methods=("DELETE",), **options)

    def head(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a HEAD route, where GET's own answer would cost too much."""
        return self.api_route(path, methods=("HEAD",), **options)

    def options(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare an OPTIONS route."""
        return self.api_route(path, methods=("OPTIONS",), **options)

    def trace(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a TRACE route."""
        return self.api_route(path, methods=("TRACE",), **options)

    def websocket(
        self, path: str, name: str | None = None, **options: Unpack[SocketRouteOptions]
    ) -> Callable[[F], F]:
        """Declare a WebSocket route; its handler takes a ``WebSocket`` and accepts it.

        The options are those of ``SocketOptions``: ``max_message``, ``compression``, ``rate`` and
        ``origins``.
        """

        def declare(handler: F) -> F:
            self._add_socket(path, handler, name, options=options, frame=sys._getframe(1))
            return handler

        return declare

    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Handler,
        name: str | None = None,
        **options: Unpack[SocketRouteOptions],
    ) -> None:
        """Add a WebSocket route: what the decorator does."""
        self._add_socket(path, endpoint, name, options=options, frame=sys._getframe(1))

    def _add_socket(
        self,
        path: str,
        endpoint: Handler,
        name: str | None,
        *,
        options: SocketRouteOptions,
        frame: FrameType,
    ) -> None:
        from trimaran.http.socket_options import SocketOptions
        from trimaran.http.websocket_channel import WEBSOCKET

        if path and not path.startswith("/"):
            what = f"Path {path!r} does not begin with '/'."
            mend = "Put a '/' in front."
            raise ConfigurationError("TRI-ROUTE-008", what, mend, where=where_of(endpoint))
        given: dict[str, Any] = dict(options)
        dependencies = tuple(given.pop("dependencies", None) or ())
        route = Route(
            path=path,
            methods=(WEBSOCKET,),
            handler=endpoint,
            name=str(name or getattr(endpoint, "__name__", name_of(endpoint))),
            dependencies=dependencies,
            include_in_schema=False,
            socket=SocketOptions(**given),
            local_names=local_names(endpoint, frame),
        )
        self._entries.append(route)
        self._forget()

    def exception_handler(self, kind: type[BaseException] | int) -> Callable[[F], F]:
        """Declare what answers an exception class or a status in this router's routes.

        The handler takes the request and the exception and returns a response.
        """

        def declare(handler: F) -> F:
            self.exception_handlers[kind] = handler
            self._forget()
            return handler

        return declare

    def on_event(self, event: str) -> Callable[[F], F]:
        """Declare what runs at ``startup`` or ``shutdown``; a ``lifespan`` reads better."""

        def declare(call: F) -> F:
            self.life.add(event, call)
            return call

        return declare

    def add_event_handler(self, event: str, func: Callable[[], Any]) -> None:
        """Add what runs at ``startup`` or at ``shutdown``."""
        self.life.add(event, func)

    def lives(self) -> list[Life]:
        """Return what starts and stops: this router's own, then that of those it includes."""
        found = {id(self.life): self.life}
        for entry in self._entries:
            if isinstance(entry, tuple):
                found.update({id(life): life for life in entry[0].lives()})
        return list(found.values())

    def add_exception_handler(
        self, kind: type[BaseException] | int, handler: Callable[..., Any]
    ) -> None:
        """Add what answers for an exception class or a status."""
        self.exception_handler(kind)(handler)

    def use(self, *middleware: Middleware) -> None:
        """Put middleware around this router's routes: the first is the outermost.

        What is used later stands further inside, whichever routes were declared before.
        """
        for one in middleware:
            check_middleware(one)
        self.stack += middleware
        self._forget()

    def middleware(self, kind: str = "http") -> Callable[[F], F]:
        """Declare a function middleware: the last declared is the outermost.

        kind: ``http``: it takes a request and ``call_next`` and returns the answer;
              ``websocket``: it takes a ``WebSocket`` and ``call_next`` and returns nothing
        """
        if kind not in ("http", "websocket"):
            what = f"There is no middleware of the kind {kind!r}."
            mend = "Write @app.middleware('http') or @app.middleware('websocket')."
            raise ConfigurationError("TRI-MIDDLEWARE-001", what, mend)

        def declare(middleware: F) -> F:
            check_middleware(middleware)
            if kind == "websocket":
                from trimaran.handlers.socket_middleware import SocketMiddleware

                self.stack.insert(0, SocketMiddleware(middleware))
            else:
                self.stack.insert(0, middleware)
            self._forget()
            return middleware

        return declare

    def _forget(self) -> None:
        """Something was declared; an application compiles anew."""


def _check_prefix(prefix: str) -> None:
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        what = f"Prefix {prefix!r} should begin with '/' and not end with it."
        raise ConfigurationError("TRI-ROUTE-008", what, "Write '/films'.")
