"""How a callable is to be called, told without calling it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from trimaran.di import kind_of, makes_manager, may_suspend


async def coroutine() -> None: ...


def plain() -> None: ...


async def async_yields() -> AsyncIterator[int]:
    yield 1


def yields() -> Iterator[int]:
    yield 1


class Thing:
    async def method(self) -> None: ...

    def plain(self) -> None: ...


class AsyncCallable:
    async def __call__(self) -> None: ...


class PlainCallable:
    def __call__(self) -> None: ...


@functools.wraps(coroutine)
def around() -> Any:
    return coroutine()


@functools.wraps(yields)
def around_yields() -> Any:
    return yields()


@functools.wraps(async_yields)
def around_async_yields() -> Any:
    return async_yields()


@functools.wraps(AsyncCallable())
def around_instance() -> Any:
    return coroutine()


@functools.wraps(Thing)
def around_class() -> Thing:
    return Thing()


@functools.wraps(yields)
async def async_around_yields() -> AsyncIterator[int]:
    for item in yields():
        yield item


managed = contextlib.contextmanager(yields)
async_managed = contextlib.asynccontextmanager(async_yields)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (coroutine, "coroutine"),
        (plain, "thread"),
        (async_yields, "async_yield"),
        (yields, "yield"),
        (Thing, "inline"),
        (Thing().method, "coroutine"),
        (Thing().plain, "thread"),
        (AsyncCallable(), "coroutine"),
        (PlainCallable(), "thread"),
        (functools.partial(coroutine), "coroutine"),
        (functools.partial(functools.partial(yields)), "yield"),
        (functools.partial(AsyncCallable()), "coroutine"),
        (around, "awaitable"),
        (around_yields, "yield"),
        (around_async_yields, "async_yield"),
        (around_instance, "awaitable"),
        (around_class, "thread"),
        (async_around_yields, "async_yield"),
        (managed, "yield"),
        (async_managed, "async_yield"),
        (len, "thread"),
    ],
)
def test_kinds(call: Any, kind: str) -> None:
    """Functions, methods, partials, classes and objects are told apart."""
    assert kind_of(call) == kind


def test_context_managers_are_told_from_generators() -> None:
    """Both are entered; a generator has to be made a context manager first."""
    assert makes_manager(managed)
    assert makes_manager(async_managed)
    assert not any(map(makes_manager, (yields, async_yields, around_yields, Thing, plain)))


def test_what_has_no_bytecode_may_suspend() -> None:
    """A coroutine function made in C, or by a compiler, is taken to wait."""
    assert may_suspend(len)
