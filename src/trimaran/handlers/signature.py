"""Signatures with their annotations evaluated, wherever these were written."""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from trimaran.di import underlying
from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers.route import UNSET, locate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

_TAKES_REST = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Slot(msgspec.Struct, frozen=True):
    """One parameter of a callable.

    annotation, default: ``UNSET`` where there is none
    keyword: whether it must be passed by name
    """

    name: str
    annotation: Any
    default: Any
    keyword: bool


class Scope(msgspec.Struct, frozen=True):
    """The function in which a handler was declared, and its local names.

    Annotations that are text name no closure variables, so a handler or dependency that is local
    to a function finds the types beside it here.
    """

    module: str
    function: str
    names: Mapping[str, Any]

    def names_for(self, function: Any) -> Mapping[str, Any]:
        """Return the names that a function sees, if it is local to this one."""
        outer = getattr(function, "__qualname__", "").rpartition(".<locals>.")[0]
        if outer == self.function and getattr(function, "__module__", "") == self.module:
            return self.names
        return {}


def scope_of(handler: Any, names: Mapping[str, Any] | None) -> Scope | None:
    """Return the scope of a handler from the local names at its declaration."""
    if not names:
        return None
    function = unwrapped(underlying(handler))
    outer = function.__qualname__.rpartition(".<locals>.")[0]
    return Scope(function.__module__, outer, names)


def local_names(handler: Any, frame: FrameType | None) -> Mapping[str, Any] | None:
    """Return the local names around a handler, which its annotations may need."""
    function = unwrapped(underlying(handler))
    if frame is None or "<locals>" not in getattr(function, "__qualname__", ""):
        return None
    return dict(frame.f_locals)


def read_slots(call: Any, scope: Scope | None = None) -> list[Slot]:
    """Return the parameters of a function, class, partial, method or callable object.

    Raises ``ConfigurationErrors`` for annotations that cannot be evaluated, and for ``*args`` and
    ``**kwargs``, which nothing could fill.
    """
    namespace = _Namespace(call, scope)
    slots: list[Slot] = []
    faults: list[ConfigurationError] = []
    plain = _plain_slots(call)
    for slot in _inspected_slots(call) if plain is None else plain:
        try:
            slots.append(_evaluated(slot, namespace, call))
        except ConfigurationError as error:
            faults.append(error)
    if faults:
        raise ConfigurationErrors(faults)
    return slots


def read_return(call: Any, scope: Scope | None = None) -> Any:
    """Return a callable's evaluated return annotation, ``UNSET`` where it has none."""
    function = unwrapped(underlying(call))
    if inspect.isclass(function):
        return UNSET
    try:
        annotations = inspect.get_annotations(function)
    except (NameError, TypeError):
        return UNSET
    if "return" not in annotations:
        return UNSET
    return _Namespace(call, scope).evaluate("return", annotations["return"], call)


def where_of(call: Any) -> str:
    """Return ``file:line name`` of what a callable runs, for messages."""
    function = underlying(call)
    return locate(call if inspect.isclass(function) else function)


def _plain_slots(call: Any) -> list[Slot] | None:
    """Return the parameters of a plain function; None for anything less simple.

    An application of ten thousand routes starts in half the time without ``inspect.signature``.
    """
    if type(call) is not FunctionType or hasattr(call, "__wrapped__"):
        return None
    code = call.__code__
    if code.co_flags & _TAKES_REST or hasattr(call, "__signature__"):
        return None
    try:
        annotations = call.__annotations__
    except NameError:
        return None
    count, keywords = code.co_argcount, code.co_kwonlyargcount
    names = code.co_varnames[: count + keywords]
    defaults = call.__defaults__ or ()
    given: dict[str, Any] = dict(call.__kwdefaults__ or {})
    given.update(zip(names[count - len(defaults) : count], defaults, strict=True))
    return [
        Slot(name, annotations.get(name, UNSET), given.get(name, UNSET), index >= count)
        for index, name in enumerate(names)
    ]


def _inspected_slots(call: Any) -> list[Slot]:
    try:
        signature = inspect.signature(call)
    except (NameError, ValueError, TypeError) as error:
        what = f"The signature cannot be read: {error}."
        mend = "Give it a signature of its own, its annotations importable at run time."
        raise ConfigurationError("TRI-ROUTE-002", what, mend, where=where_of(call)) from error
    return [_inspected(call, parameter) for parameter in signature.parameters.values()]


def _inspected(call: Any, parameter: inspect.Parameter) -> Slot:
    if parameter.kind in _VARIADIC:
        stars = "*" if parameter.kind is inspect.Parameter.VAR_POSITIONAL else "**"
        what = f"Nothing in a request can fill {stars}{parameter.name}."
        mend = "Name the parameters; a decorator should use functools.wraps."
        raise ConfigurationError("TRI-ROUTE-002", what, mend, where=where_of(call))
    empty = inspect.Parameter.empty
    annotation = UNSET if parameter.annotation is empty else parameter.annotation
    default = UNSET if parameter.default is empty else parameter.default
    keyword = parameter.kind is inspect.Parameter.KEYWORD_ONLY
    return Slot(parameter.name, annotation, default, keyword)


def _evaluated(slot: Slot, namespace: _Namespace, call: Any) -> Slot:
    if slot.annotation is UNSET or isinstance(slot.annotation, type):
        return slot
    annotation = namespace.evaluate(slot.name, slot.annotation, call)
    return Slot(slot.name, annotation, slot.default, slot.keyword)


def unwrapped(function: Any) -> Any:
    """Return what ``functools.wraps`` was applied to, at the innermost."""
    return inspect.unwrap(function) if hasattr(function, "__wrapped__") else function


class _Namespace:
    """Where the annotations of a callable find their names."""

    def __init__(self, call: Any, scope: Scope | None) -> None:
        function = unwrapped(underlying(call))
        around = {} if scope is None else scope.names_for(function)
        if inspect.isclass(function):
            self.globals: dict[str, Any] = vars(sys.modules[function.__module__])
            self.locals: dict[str, Any] = {**around, **vars(function)}
        else:
            self.globals = getattr(function, "__globals__", {})
            self.locals = {**around, **_closure(function)}

    def evaluate(self, name: str, annotation: Any, call: Any) -> Any:
        """Return an annotation without strings in it. Raises ``ConfigurationError``."""
        if isinstance(annotation, type):
            return annotation
        if isinstance(annotation, str) and annotation.isidentifier():
            found = self._find(annotation)
            if isinstance(found, type):
                return found
        holder = SimpleNamespace(__annotations__={name: annotation})
        try:
            hints = get_type_hints(
                holder,
                globalns=self.globals,
                localns=self.locals,
                include_extras=True,
            )
            return _meant(hints[name])
        except Exception as error:  # an annotation is an expression: it may raise anything
            text = annotation if isinstance(annotation, str) else repr(annotation)
            subject = "The return annotation" if name == "return" else f"Annotation of {name!r}"
            what = f"{subject}, {text}, cannot be evaluated: {error}."
            mend = "Import its names at run time (not under TYPE_CHECKING), at module level."
            raise ConfigurationError("TRI-ROUTE-001", what, mend, where=where_of(call)) from error

    def _find(self, name: str) -> Any:
        """Return what a plain name stands for, None where that takes more to tell."""
        for names in (self.locals, self.globals, vars(builtins)):
            if name in names:
                return names[name]
        return None


def _meant(tp: Any) -> Any:
    """Return what a name of ``type Name = ...`` stands for (PEP 695), with its limits."""
    origin = get_origin(tp)
    if type(tp).__name__ == "TypeAliasType":
        return _meant(tp.__value__)
    if type(origin).__name__ == "TypeAliasType":
        return _meant(origin.__value__[get_args(tp)])
    if origin is Annotated:
        base = _meant(tp.__origin__)
        return tp if base is tp.__origin__ else Annotated[(base, *tp.__metadata__)]
    return tp


def _closure(function: Any) -> dict[str, Any]:
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    found: dict[str, Any] = {}
    for name, cell in zip(names, getattr(function, "__closure__", None) or (), strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return found


def name_of(call: Any) -> str:
    """Return how a callable is called in messages."""
    if isinstance(call, functools.partial):
        return f"partial({name_of(call.func)})"
    return getattr(call, "__qualname__", None) or type(call).__qualname__
