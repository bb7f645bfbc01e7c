"""From a callable to the graph of its dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimaran.di.dependency import Dependency
from trimaran.di.graph import Argument, Constant, Graph, Guard, Node, key_of
from trimaran.di.kinds import kind_of
from trimaran.di.scopes import SecurityScopes
from trimaran.errors import ConfigurationError, ConfigurationErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trimaran.di.dependency import Scope

MAX_DEPTH = 100

_WIDTH: Mapping[Scope, int] = {"function": 0, "request": 1, "app": 2}


class _Link:
    """Where in a chain of dependencies the resolver stands.

    chain:   the callables from the outermost to this one
    scopes:  OAuth2 scopes asked for on the way
    lasting: whether the application keeps what is made here
    """

    __slots__ = ("chain", "lasting", "scopes")

    def __init__(
        self, chain: tuple[Any, ...], scopes: tuple[str, ...] = (), *, lasting: bool = False
    ) -> None:
        self.chain = chain
        self.scopes = scopes
        self.lasting = lasting


class Resolver:
    """Resolves the dependencies of one callable.

    read:  returns the arguments of a callable; a source that is a ``Dependency`` is resolved in
           turn, one that is the class ``SecurityScopes`` is filled. It raises
           ``ConfigurationError`` for a signature that it cannot read.
    apart: returns the source that stands for one outside of requests, None where there is none
    """

    def __init__(
        self,
        read: Callable[[Callable[..., Any]], Sequence[Argument]],
        *,
        overrides: Mapping[Any, Any],
        name: Callable[[Any], str],
        where: Callable[[], str],
        apart: Callable[[Any], Any] = lambda _: None,
    ) -> None:
        self._read = read
        self._overrides = overrides
        self._name = name
        self._where = where
        self._apart = apart
        self._faults: list[ConfigurationError] = []
        self._signatures: dict[Any, Sequence[Argument]] = {}
        self._cached: dict[Any, Node] = {}
        self._nodes: list[Node] = []
        self._lasting: list[Node] = []
        self._guards: dict[Any, Guard] = {}
        self._alone = False

    def resolve(self, call: Callable[..., Any], extra: Sequence[Dependency] = ()) -> Graph:
        """Return the graph of a callable; the extra dependencies are called first.

        Raises ``ConfigurationErrors`` with every fault found.
        """
        start = _Link((call,))
        for dependency in extra:
            self._node(dependency, start)
        return self._graph(call, self._arguments(call, start))

    def resolve_alone(self, dependency: Dependency) -> Graph:
        """Return the graph of a dependency that is called where there is no request.

        Its one argument is the dependency. Raises ``ConfigurationErrors`` as ``resolve`` does.
        """
        self._alone = True
        node = self._node(dependency, _Link(()))
        return self._graph(dependency, (Argument("value", node),))

    def _graph(self, call: Any, arguments: tuple[Argument, ...]) -> Graph:
        self._check_scopes()
        if self._faults:
            raise ConfigurationErrors(self._faults)
        return Graph(call, self._nodes, arguments, self._lasting, list(self._guards.values()))

    def _signature(self, call: Any) -> Sequence[Argument]:
        key = key_of(call)
        if key not in self._signatures:
            self._signatures[key] = ()
            try:
                self._signatures[key] = self._read(call)
            except ConfigurationErrors as errors:
                self._faults += errors.errors
            except ConfigurationError as error:
                self._faults.append(error)
        return self._signatures[key]

    def _arguments(self, call: Any, link: _Link) -> tuple[Argument, ...]:
        resolved = []
        known = len(self._faults)
        signature = self._signature(call)
        if len(link.chain) > 1:
            self._faults[known:] = [self._placed(fault, link) for fault in self._faults[known:]]
        for argument in signature:
            source = argument.source
            if isinstance(source, Dependency):
                source = self._node(source, link)
            elif source is SecurityScopes and not link.lasting:
                source = Constant(SecurityScopes(link.scopes))
            resolved.append(Argument(argument.name, source, argument.keyword))
        if link.lasting or self._alone:
            return self._without_request(resolved, link)
        return tuple(resolved)

    def _node(self, dependency: Dependency, link: _Link) -> Node | None:
        call = self._override(dependency.dependency)
        if call is None or not callable(call):
            what = f"Depends({dependency.dependency!r}) has nothing to call."
            if link.chain:
                what += f" It is needed by {self._named(link.chain)}."
            self._fault("TRI-DI-002", what, "Give Depends() a function or a class.")
            return None
        scopes = _joined(link.scopes, dependency.scopes)
        self._guard(dependency.dependency, scopes)
        kind = kind_of(call)
        scope = dependency.scope
        if scope is None and kind in {"yield", "async_yield"}:
            scope = "request"
        elif scope is None and link.lasting:
            scope = "app"
        key = (key_of(call), self._telling(dependency, call, scopes), scope)
        cached = self._cached.get(key)
        if cached is not None and dependency.use_cache:
            return cached
        chain = (*link.chain, call)
        circular = any(call is before or call == before for before in link.chain)
        if circular or len(link.chain) > MAX_DEPTH:
            what = f"Dependencies form a circle: {self._named(chain)}."
            mend = "Let one of them take what it needs from the request instead."
            self._fault("TRI-DI-001", what, mend)
            return None
        node = Node(call, kind, scope=scope)
        node.arguments = self._arguments(call, _Link(chain, scopes, lasting=scope == "app"))
        self._cached.setdefault(key, node)
        (self._lasting if scope == "app" else self._nodes).append(node)
        return node

    def _override(self, declared: Any) -> Any:
        try:
            return self._overrides.get(declared, declared)
        except TypeError:  # not hashable, so no key either
            return declared

    # Security

    def _guard(self, declared: Any, scopes: tuple[str, ...]) -> None:
        if not _is_scheme(declared):
            return
        key = key_of(declared)
        before = self._guards.get(key)
        known = () if before is None else before.scopes
        self._guards[key] = Guard(declared, _joined(known, scopes))

    def _telling(
        self, dependency: Dependency, call: Any, scopes: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the scopes that make this call another than one with other scopes."""
        if not scopes:
            return ()
        if dependency.scopes or self._depends_on_scopes(call, set()):
            return tuple(sorted(scopes))
        return ()

    def _depends_on_scopes(self, call: Any, seen: set[Any]) -> bool:
        """Whether the scopes of the chain matter to a callable or to any that it needs."""
        if key_of(call) in seen:
            return False
        seen.add(key_of(call))
        for argument in self._signature(call):
            source = argument.source
            if source is SecurityScopes:
                return True
            if isinstance(source, Dependency) and (
                source.scopes
                or _is_scheme(source.dependency)
                or self._depends_on_scopes(self._override(source.dependency), seen)
            ):
                return True
        return False

    # How long values live

    def _without_request(self, arguments: Sequence[Argument], link: _Link) -> tuple[Argument, ...]:
        """Return arguments whose sources are there without a request."""
        found = []
        for argument in arguments:
            source = argument.source
            if not isinstance(source, Node | Constant | None):
                source = self._apart(source)
                if source is None:
                    what = f"Parameter {argument.name!r} comes from a request, and there is none "
                    what += f"when this is called: {self._named(link.chain)}."
                    mend = "Give it a default, take it by Depends, or narrow the scope."
                    self._fault("TRI-DI-004", what, mend)
            found.append(Argument(argument.name, source, argument.keyword))
        return tuple(found)

    def _check_scopes(self) -> None:
        """Find every value that would be used after it was cleaned up."""
        nodes = [*self._nodes, *self._lasting]
        if {node.scope for node in nodes} <= {None, "request"}:
            return
        for node in nodes:
            if node.scope is not None:
                self._check_narrower(node, (node,))

    def _check_narrower(self, holder: Node, chain: tuple[Node, ...]) -> None:
        assert holder.scope is not None  # noqa: S101  for the type checker
        for argument in chain[-1].arguments:
            needed = argument.source
            if not isinstance(needed, Node):
                continue
            links = (*chain, needed)
            if needed.scope is None:
                self._check_narrower(holder, links)
            elif _WIDTH[needed.scope] < _WIDTH[holder.scope]:
                names = " -> ".join(
                    self._name(link.call) + (f" ({link.scope})" if link.scope else "")
                    for link in links
                )
                what = f"A dependency outlives one that it needs: {names}."
                mend = f"Give the last one scope={holder.scope!r}, or the first a narrower scope."
                self._fault("TRI-DI-003", what, mend)

    # Faults

    def _named(self, chain: tuple[Any, ...]) -> str:
        return " -> ".join(map(self._name, chain))

    def _placed(self, fault: ConfigurationError, link: _Link) -> ConfigurationError:
        """Return a fault of a dependency's signature with the chain that leads to it."""
        what = f"{fault.what} It is needed by {self._named(link.chain)}."
        return ConfigurationError(fault.id, what, fault.mend, where=fault.where)

    def _fault(self, id: str, what: str, mend: str) -> None:
        self._faults.append(ConfigurationError(id, what, mend, where=self._where()))


def _is_scheme(call: Any) -> bool:
    return hasattr(call, "openapi_scheme") and not isinstance(call, type)


def _joined(outer: tuple[str, ...], inner: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*outer, *inner))) if inner else outer
