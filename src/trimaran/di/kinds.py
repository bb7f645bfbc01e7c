"""How a function is to be called: in place, awaited, in a thread, entered."""

from __future__ import annotations

import contextlib
import functools
import inspect
import opcode
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["coroutine", "awaitable", "thread", "inline", "async_yield", "yield"]
"""``coroutine``: a coroutine function. ``awaitable``: a plain function around one. ``thread``: a
plain function, which may block. ``inline``: a class. ``async_yield``, ``yield``: generators."""

_SUSPENDING = frozenset(
    opcode.opmap[name]
    for name in ("SEND", "YIELD_VALUE", "GET_AWAITABLE", "GET_AITER", "GET_ANEXT")
    if name in opcode.opmap
)


def underlying(call: Any) -> Any:
    """Return the function that runs when something is called: partials unwrapped."""
    while isinstance(call, functools.partial):
        call = call.func
    if inspect.isroutine(call) or inspect.isclass(call):
        return getattr(call, "__func__", call)
    return type(call).__call__ if callable(call) else call


def kind_of(call: Any) -> Kind:
    """Return how something is to be called: a decorated function as what it wraps."""
    function = underlying(call)
    if inspect.isclass(function):
        return "inline"
    kind = _own_kind(function)
    if kind == "thread" and hasattr(function, "__wrapped__"):
        kind = _own_kind(underlying(inspect.unwrap(function)))
        return "awaitable" if kind == "coroutine" else kind
    return kind


def _own_kind(function: Any) -> Kind:
    if inspect.iscoroutinefunction(function):
        return "coroutine"
    if inspect.isasyncgenfunction(function):
        return "async_yield"
    return "yield" if inspect.isgeneratorfunction(function) else "thread"


def makes_manager(call: Any) -> bool:
    """Whether a function was decorated with one of ``contextlib``'s context managers."""
    return getattr(underlying(call), "__globals__", None) is vars(contextlib)


def may_suspend(call: Any) -> bool:
    """Whether a coroutine function can wait for anything, told from its bytecode.

    One without a single ``await``, ``async for`` or ``async with`` runs through in one step.
    """
    code = getattr(underlying(call), "__code__", None)
    return code is None or not _SUSPENDING.isdisjoint(code.co_code[::2])
