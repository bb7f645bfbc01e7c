"""``App``, the composition root: the only room that knows all the others.

A feature's room is imported when the application first uses it.
"""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from trimaran._internal.collector import collector_paused
from trimaran.di import Dependency, key_of
from trimaran.errors import ConfigurationError, ConfigurationErrors, HTTPException
from trimaran.handlers import FaultHandlers, Router, compile_routes
from trimaran.handlers.app_scope import AppScope, resolved
from trimaran.handlers.middleware import (
    check_middleware,
    made_middleware,
    requests_only,
    split_stack,
    surrounded,
)
from trimaran.http import Endpoint, RedirectResponse
from trimaran.openapi.documented import Documented
from trimaran.routing import RouteTable

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Iterable,
        Mapping,
        MutableMapping,
        Sequence,
    )
    from typing import Unpack

    from trimaran.handlers import Plan, Route
    from trimaran.handlers.life import Lifespan
    from trimaran.handlers.mount import Mount
    from trimaran.http import Request, Response
    from trimaran.mounts import MountTable
    from trimaran.openapi.documented import DocumentationOptions
    from trimaran.routing import Converter
    from trimaran.settings import Settings


class State:
    """Attributes of the application's own, such as ``app.state.client``."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self.__dict__.update(values or {})

    def __getattr__(self, name: str) -> Any:
        message = f"the application's state has no {name!r}; set it in the lifespan"
        raise AttributeError(message)


class Overrides(dict[Any, Any]):
    """``app.dependency_overrides``: tells the application when it changes."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self._changed()

    def __delitem__(self, key: Any) -> None:
        super().__delitem__(key)
        self._changed()

    def clear(self) -> None:
        """Remove every override."""
        super().clear()
        self._changed()

    def pop(self, key: Any, *default: Any) -> Any:
        """Remove one override and return it."""
        value = super().pop(key, *default)
        self._changed()
        return value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Add several overrides."""
        super().update(*args, **kwargs)
        self._changed()


class App(Documented, Router):
    """An application: routes, their dependencies, and what lives as long as it does.

    title, version, description and the like: see ``DocumentationOptions``
    lifespan:     ``async with lifespan(app)`` surrounds the application's life; a mapping that it
                  yields becomes attributes of ``app.state`` and of each ``request.state``
    on_startup, on_shutdown: called after the lifespan has begun and before it ends
    middleware:   ``[Middleware(Class, ...)]``, functions or instances, the first outermost
    dependencies, responses, deprecated, include_in_schema, default_response_class,
    strict_content_type: of every route
    exception_handlers: what answers, by exception class or status
    debug:        the readable error page; taken from the settings where None
    database:     URL of the default database; taken from the settings where None
    settings:     loaded from the environment, ``.env`` and ``trimaran.toml`` where None
    redirect_slashes: answer ``/films/`` with a redirect to ``/films`` and the reverse, where only
                  the other one exists
    problem_details: answer faults in RFC 9457's form in place of FastAPI's, ``{"detail": ...}``
    converters:   kinds of path parameters beside the built-in ones, ``{"size": Converter(...)}``
    """

    def __init__(
        self,
        *,
        lifespan: Lifespan | None = None,
        on_startup: Sequence[Callable[[], Any]] | None = None,
        on_shutdown: Sequence[Callable[[], Any]] | None = None,
        middleware: Sequence[Any] = (),
        dependencies: Sequence[Dependency] = (),
        responses: Mapping[int | str, Mapping[str, Any]] | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        default_response_class: type | None = None,
        strict_content_type: bool = True,
        exception_handlers: Mapping[type[BaseException] | int, Callable[..., Any]] | None = None,
        debug: bool | None = None,
        database: str | None = None,
        settings: Settings | None = None,
        redirect_slashes: bool = True,
        problem_details: bool = False,
        converters: Mapping[str, Converter] | None = None,
        tags: Sequence[str] = (),
        callbacks: Sequence[Route] | None = None,
        generate_unique_id_function: Callable[[Route], str] | None = None,
        **documentation: Unpack[DocumentationOptions],
    ) -> None:
        super().__init__(
            dependencies=dependencies,
            responses=responses,
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            default_response_class=default_response_class,
            strict_content_type=strict_content_type,
            lifespan=lifespan,
            on_startup=on_startup,
            on_shutdown=on_shutdown,
            tags=tags,
            callbacks=callbacks,
            generate_unique_id_function=generate_unique_id_function,
            problem_details=problem_details,
        )
        self.stack += [_in_stack(one) for one in middleware]
        self.exception_handlers.update(exception_handlers or {})
        self.describe(documentation)
        self.state = State()
        self._overrides = Overrides(self._forget)
        self.lifespan_state: dict[str, Any] = {}
        self._debug = debug
        self._database_url = database
        self._settings = settings
        self._redirect_slashes = redirect_slashes
        self._converters = converters or {}
        self._hosts: dict[str, Any] = {}
        self._mounts: MountTable | None = None
        self._running: AsyncExitStack | None = None
        self._app_scope = AppScope()
        self._table: RouteTable[Endpoint] | None = None
        self._plans: list[Plan] = []
        self.resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]
        self._forget()

    # What the application is made of

    @property
    def settings(self) -> Settings:
        """The settings, loaded when they are first asked for."""
        if self._settings is None:
            from trimaran.settings import load_settings

            self._settings = load_settings()
        return self._settings

    @property
    def debug(self) -> bool:
        """Whether a fault shows the readable error page; never in production."""
        return self.settings.debug if self._debug is None else self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = value
        self._forget()

    @property
    def database_url(self) -> str:
        """The URL of the default database."""
        return self._database_url or self.settings.database_url

    @property
    def router(self) -> Router:
        """The application itself, which is a router: ``app.router.route_class = ...``."""
        return self

    @property
    def plans(self) -> Sequence[Plan]:
        """Every route, understood: for documentation and tools."""
        self.build()
        return self._plans

    @property
    def dependency_overrides(self) -> Overrides:
        """Dependency to what is called in its place; assigning a mapping replaces all."""
        return self._overrides

    @dependency_overrides.setter
    def dependency_overrides(self, overrides: Mapping[Any, Any] | None) -> None:
        replacing = dict(overrides or {})
        self._overrides.clear()
        self._overrides.update(replacing)

    def url_path_for(self, name: str, /, **params: Any) -> str:
        """Return the path of the route of that name, its parameters filled in.

        Raises ``ConfigurationError`` where no route has that name or a parameter is missing.
        """
        table = self.build()
        try:
            return table.reverse(name, **params)
        except ConfigurationError:
            found = None if self._mounts is None else self._mounts.reverse(name, params)
            if found is None:
                raise
            return found

    def scheme_of(self, name: str) -> str:
        """Return ``ws`` where the route of that name is a WebSocket's, else ``http``."""
        named = [plan.route for plan in self.plans if plan.route.name == name]
        if not named and ":" in name:
            start, _, rest = name.partition(":")
            for mount in self.mounts:
                if mount.name == start and hasattr(mount.app, "scheme_of"):
                    return str(mount.app.scheme_of(rest))
        return "ws" if any(route.socket is not None for route in named) else "http"

    # Compilation

    def build(self) -> RouteTable[Endpoint]:
        """Compile every route and make ``resolve`` ready; nothing where that was done.

        Raises ``ConfigurationErrors`` with every fault of every declaration.
        """
        if self._table is not None:
            return self._table
        with collector_paused():
            return self._compile()

    def _compile(self) -> RouteTable[Endpoint]:
        self._faults = FaultHandlers(
            self.exception_handlers,
            debug_page=self._error_page(),
            problem_details=bool(self.problem_details),
        )
        outer, self._inner = split_stack(self.stack)
        compiled = compile_routes(
            [*self.routes, *self._documentation_routes()],
            overrides=self.dependency_overrides,
            faults=self._faults,
            app_scope=self._app_scope,
            middleware=self._inner,
            passing=bool(outer),
        )
        table: RouteTable[Endpoint] = RouteTable(self._missing)
        for name, converter in self._converters.items():
            table.register(name, converter)
        clashes: list[ConfigurationError] = []
        for plan, endpoint in compiled:
            route = plan.route
            place = partial(getattr, route, "where")
            try:
                table.add(route.path, route.methods, endpoint, name=route.name, where=place)
            except ConfigurationError as clash:
                clashes.append(clash)
        self._plans = [plan for plan, _ in compiled]
        clashes += self.faults_of_described(self._plans)
        if clashes:
            raise ConfigurationErrors(clashes)
        self._mounts = self._mount_table()
        self._table = table
        self.resolve = self._resolution(table, outer)
        return table

    def _mount_table(self) -> MountTable | None:
        mounts = self.mounts
        if not mounts:
            return None
        from trimaran.mounts import MountTable

        def failed(mount: Mount) -> Callable[[Request, Exception], Any]:
            return self._faults.within(mount.exception_handlers).answer

        def surround(endpoint: Endpoint, mount: Mount) -> Endpoint:
            faults = self._faults.within(mount.exception_handlers)
            return self._surrounded(endpoint, (*self._inner, *mount.middleware), faults)

        from trimaran.mounts.frontend import with_frontend

        made = [with_frontend(one, self._endpoint_of, lenient=self.debug) for one in mounts]
        return MountTable(made, failed, surround)

    def _endpoint_of(self, route: Route) -> Endpoint:
        """Return the endpoint of a route that stands in no table: a frontend's."""
        [(_, endpoint)] = compile_routes(
            [route],
            overrides=self.dependency_overrides,
            faults=self._faults,
            app_scope=self._app_scope,
        )
        return endpoint

    def _resolution(
        self, table: RouteTable[Endpoint], outer: Sequence[Any]
    ) -> Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]:
        """Return what resolves requests: the table itself, where nothing stands before it."""
        resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]] = table.resolve
        if self.root_path:
            resolve = self._resolve_below_root(resolve)
        if self._hosts:
            from trimaran.mounts.choice import by_host

            resolve = by_host(self._hosts, resolve, self._answer_fault, self._surrounded)
        if outer:
            from trimaran.mounts.layers import through

            resolve = through(
                *(outer, resolve),
                app=self,
                failed=self._answer_fault,
                surround=self._surrounded,
            )
        return resolve

    def _forget(self) -> None:
        """Compile again at the next request: a declaration has changed."""
        self._table = None
        self.openapi_schema = None
        self.resolve = self._build_and_resolve

    def _build_and_resolve(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
        self.build()
        return self.resolve(method, path)

    def _resolve_below_root(
        self, resolve: Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]
    ) -> Callable[[str, str], tuple[Endpoint, Mapping[str, Any]]]:
        """Return what resolves a path whose prefix the proxy has taken away, or has left."""
        start, length = f"{self.root_path}/", len(self.root_path)
        return lambda method, path: resolve(
            method, path[length:] if path.startswith(start) else path
        )

    def _documentation_routes(self) -> Sequence[Route]:
        if not self.openapi_url:
            return ()
        from trimaran.openapi.pages import docs_routes

        return docs_routes(self)

    def _error_page(self) -> Callable[[Request, Exception], Response] | None:
        if not self.debug:
            return None
        from trimaran.handlers.error_page import render

        return render

    def _missing(self, method: str, path: str, allowed: frozenset[str]) -> Endpoint:
        """Return the endpoint for a request that no route takes."""
        if self._mounts is not None and not allowed:
            mounted = self._mounts.find(method, path)
            if mounted is not None:
                return mounted
        if self._redirect_slashes and not allowed and self._table is not None:
            other = self._table.other_slash(method, path)
            if other is not None:
                return self._surrounded(Endpoint(_redirect, label="redirect"))
        fault = _unmatched(method, allowed)
        return self._surrounded(
            Endpoint(lambda request: self._faults.answer(request, fault), label="unmatched")
        )

    def add_middleware(self, middleware: Any, *args: Any, **options: Any) -> None:
        """Put a middleware class around the application: the last is the outermost.

        Of this framework's classes an instance joins the function middleware. Any other is ASGI's:
        it is called with the application, which from then on answers every request through it.
        """
        self.stack.insert(0, made_middleware(middleware, *args, **options))
        self._forget()

    def host(self, host: str, app: Any, name: str = "") -> None:
        """Let another application answer for a host, whatever the path.

        host: ``api.shop.example``, or ``*.shop.example`` for every name below it
        app:  as for ``mount``; name: of no use yet beside Starlette's signature
        """
        self._hosts[host] = app
        self._forget()

    def _answer_fault(self, request: Request, error: Exception) -> Any:
        return self._faults.answer(request, error)

    def _surrounded(
        self,
        endpoint: Endpoint,
        stack: Sequence[Any] | None = None,
        faults: FaultHandlers | None = None,
    ) -> Endpoint:
        """Return an endpoint of no route with middleware around it, the application's if unsaid."""
        stack = self._inner if stack is None else stack
        if not stack:
            return endpoint
        faults = self._faults if faults is None else faults
        if hasattr(endpoint, "talk"):
            from trimaran.handlers.socket_middleware import surrounded_socket

            return surrounded_socket(endpoint, stack, faults)  # type: ignore[arg-type]  # it has talk
        requests = requests_only(stack)
        return surrounded(endpoint, requests, faults) if requests else endpoint

    # Life

    async def startup(self) -> None:
        """Compile the routes, make the database ready and enter the lifespan.

        Dependencies of ``scope="app"`` are made after that, and cleaned up before it is left.
        """
        self.build()
        self._running = running = AsyncExitStack()
        try:
            await self._open_database(running)
            await running.enter_async_context(self._app_scope.layer())
            for life in self.lives():
                self.lifespan_state.update(await life.begin(self, running))
                self.state.__dict__.update(self.lifespan_state)
                # What the lifespan took outlives it; what is made from here on may use it.
                await running.enter_async_context(self._app_scope.layer())
            for plan in self._plans:
                await self._app_scope.make(plan.graph.lasting)
            for other in self._others():
                await other.startup()
                running.push_async_callback(other.shutdown)
        except BaseException:
            self._running = None
            await running.aclose()
            raise

    async def shutdown(self) -> None:
        """Leave the lifespan and close the database."""
        running, self._running = self._running, None
        if self._app_scope:
            self._forget()  # compiled routes hold its values
        try:
            if running is not None:
                await running.aclose()
        finally:
            await self._app_scope.close()

    def _others(self) -> Iterable[Any]:
        """Return the applications that start and stop with this one."""
        if not self.mounts and not self._hosts:
            return ()
        from trimaran.mounts.table import applications

        return applications([*(mount.app for mount in self.mounts), *self._hosts.values()])

    @asynccontextmanager
    async def resolve_dependency(
        self, dependency: Callable[..., Any] | Dependency
    ) -> AsyncIterator[Any]:
        """Give a dependency's value where there is no request.

        ``async with app.resolve_dependency(get_session) as session: ...`` in commands and in the
        lifespan. Overrides apply. What would come from a request has its default, or is a
        ``ConfigurationError``. Dependencies of
        ``scope="app"`` are those of the running application; where it does not run, they are
        cleaned up with the others at the end of the block.
        """
        if not isinstance(dependency, Dependency):
            key = key_of(dependency)
            lasting = (node for plan in self.plans for node in plan.graph.lasting)
            known = any(key_of(node.call) == key for node in lasting)
            dependency = Dependency(dependency, scope="app" if known else None)
        held = AppScope() if self._running is None else self._app_scope
        async with AsyncExitStack() as block:
            if held is not self._app_scope:
                block.push_async_callback(held.close)
            yield await block.enter_async_context(
                resolved(dependency, overrides=self.dependency_overrides, app_scope=held)
            )

    async def _open_database(self, running: AsyncExitStack) -> None:
        """Install the default database, if the application declares models at all."""
        if "trimaran.db.models" not in sys.modules and self._database_url is None:
            return
        from trimaran.db.backends import registry

        settings = self.settings
        installed = {database.alias for database in registry.databases()}
        if "default" in installed:
            return
        from trimaran.db.databases import observed, opened

        for database in opened(self.database_url, settings):
            if database.alias in installed:
                continue
            registry.install(database)
            running.callback(registry.uninstall, database.alias)
            running.push_async_callback(database.close)
            observed(database, settings)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve one ASGI 3 connection: any ASGI server runs the application as it is."""
        if self._table is None:
            self.build()
        layered = getattr(self.resolve, "asgi", None)
        if layered is not None:
            from trimaran.mounts.layers import answered

            await answered(layered, scope, receive, send, failed=self._faults.answer)
            return
        from trimaran.server.asgi import asgi_call

        await asgi_call(self, scope, receive, send)


def _in_stack(declared: Any) -> Any:
    """Return what stands in the stack for ``Middleware(cls, ...)``, a function or an instance."""
    if hasattr(declared, "cls") and hasattr(declared, "kwargs"):
        return made_middleware(declared.cls, *declared.args, **declared.kwargs)
    check_middleware(declared)
    return declared


def _unmatched(method: str, allowed: frozenset[str]) -> HTTPException:
    """Return what is said of a path that exists, if it does, but not for this method."""
    if "WEBSOCKET" in allowed:
        if method == "GET":
            return HTTPException(426, headers={"upgrade": "websocket"})
        allowed = (allowed - {"WEBSOCKET"}) | {"GET"}
    if not allowed:
        return HTTPException(404)
    return HTTPException(405, headers={"allow": ", ".join(sorted(allowed))})


def _redirect(request: Request) -> Response:
    """Answer with the same path, its last slash put there or taken away."""
    from urllib.parse import quote

    # The request's own path is the whole one, where the application is mounted in another.
    path = request.path[:-1] if request.path.endswith("/") else request.path + "/"
    # A path that begins with two slashes would name another host.
    target = quote(request.seen_path("/" + path.lstrip("/")), safe="/:@!$&'()*+,;=~-._")
    if request.query_string:
        target += "?" + request.query_string.decode("latin-1")
    return RedirectResponse(target, status_code=307)
