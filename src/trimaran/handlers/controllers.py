"""Class-based controllers: routes that share a constructor and its dependencies."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from trimaran.di import Depends
from trimaran.errors import ConfigurationError
from trimaran.handlers.route import locate
from trimaran.handlers.router import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Unpack

    from trimaran.di import Dependency
    from trimaran.handlers.middleware import Middleware
    from trimaran.handlers.router import RouteOptions

    F = TypeVar("F", bound=Callable[..., Any])

_DECLARED = "__trimaran_routes__"


def _declare(
    methods: Iterable[str], path: str, **options: Unpack[RouteOptions]
) -> Callable[[F], F]:
    def declare(method: F) -> F:
        found = vars(method).setdefault(_DECLARED, [])
        found.append((path, tuple(methods), options))
        return method

    return declare


class Controller:
    """A class whose methods are routes; each request has an instance of its own.

    The constructor's parameters are those of a dependency: what a handler could ask for, all of
    the methods have::

        class Films(Controller):
            prefix = "/films"

            def __init__(self, session: Annotated[Session, Depends(get_session)]) -> None:
                self.session = session

            @Controller.get("/{id:int}")
            async def show(self, id: int) -> Film: ...

        app.include_router(Films.as_router())

    prefix, tags, dependencies, middleware, timeout, max_body: as of a ``Router``
    exception_handlers: what answers in the controller's routes, by exception class or status
    """

    prefix: ClassVar[str] = ""
    tags: ClassVar[Sequence[str]] = ()
    dependencies: ClassVar[Sequence[Dependency]] = ()
    middleware: ClassVar[Sequence[Middleware]] = ()
    timeout: ClassVar[float | None] = None
    max_body: ClassVar[int | None] = None
    exception_handlers: ClassVar[Mapping[type[BaseException] | int, Callable[..., Any]]] = {}

    @staticmethod
    def route(
        path: str, *, methods: Iterable[str] = ("GET",), **options: Unpack[RouteOptions]
    ) -> Callable[[F], F]:
        """Declare a method as a route for several HTTP methods."""
        return _declare(methods, path, **options)

    @staticmethod
    def get(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a GET route."""
        return _declare(("GET",), path, **options)

    @staticmethod
    def post(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a POST route."""
        return _declare(("POST",), path, **options)

    @staticmethod
    def put(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a PUT route."""
        return _declare(("PUT",), path, **options)

    @staticmethod
    def patch(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a PATCH route."""
        return _declare(("PATCH",), path, **options)

    @staticmethod
    def delete(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a DELETE route."""
        return _declare(("DELETE",), path, **options)

    @staticmethod
    def head(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a HEAD route."""
        return _declare(("HEAD",), path, **options)

    @staticmethod
    def options(path: str, **options: Unpack[RouteOptions]) -> Callable[[F], F]:
        """Declare a method as a OPTIONS route."""
        return _declare(("OPTIONS",), path, **options)

    @classmethod
    def as_router(cls) -> Router:
        """Return the methods as the routes of a router, those of base classes among them.

        Raises ``ConfigurationError`` where no method is a route.
        """
        router = Router(
            cls.prefix,
            tags=cls.tags,
            dependencies=cls.dependencies,
            timeout=cls.timeout,
            max_body=cls.max_body,
        )
        router.use(*cls.middleware)
        router.exception_handlers.update(cls.exception_handlers)
        for name in _names(cls):
            method = getattr(cls, name)
            for path, methods, options in vars(method).get(_DECLARED, ()):
                router.add_api_route(path, _bound(cls, method), methods=methods, **options)
        if not router.routes:
            what = f"Controller {cls.__qualname__} has no routes."
            mend = "Write @Controller.get('/path') above a method."
            raise ConfigurationError("TRI-ROUTE-016", what, mend, where=locate(cls))
        return router


def _names(cls: type) -> list[str]:
    """Return the names of a class' functions in the order of their declaration, bases first."""
    found = [name for base in reversed(cls.__mro__) for name in vars(base)]
    return [name for name in dict.fromkeys(found) if isinstance(getattr(cls, name), FunctionType)]


def _bound(cls: type, method: FunctionType) -> FunctionType:
    """Return a method whose first parameter is an instance that is made for each request."""
    bound = FunctionType(
        method.__code__,
        method.__globals__,
        method.__name__,
        method.__defaults__,
        method.__closure__,
    )
    bound.__kwdefaults__ = method.__kwdefaults__
    bound.__qualname__ = method.__qualname__
    bound.__module__ = method.__module__
    bound.__doc__ = method.__doc__
    first = method.__code__.co_varnames[0]
    bound.__annotations__ = {**method.__annotations__, first: Annotated[cls, Depends(cls)]}
    return bound
