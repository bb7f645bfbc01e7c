"""Wrong declarations: all of them are told at once, with file, line and mend."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest

from trimaran.di import Depends
from trimaran.errors import ConfigurationError, ConfigurationErrors
from trimaran.handlers import FaultHandlers, Header, Query, Router, compile_routes


class One(msgspec.Struct):
    x: int


GOLDEN = Path(__file__).parents[2] / "golden" / "messages"


def faults_of(router: Router) -> list[ConfigurationError]:
    """Return the faults that compiling a router's routes raises."""
    with pytest.raises(ConfigurationErrors) as caught:
        compile_routes(router.routes, overrides={}, faults=FaultHandlers({}))
    return list(caught.value.errors)


def test_messages_are_the_golden_ones() -> None:
    """Every message is as written in ``handlers.txt``; TRIMARAN_UPDATE_GOLDEN=1 writes it anew."""
    source = GOLDEN / "handlers.py"
    spec = importlib.util.spec_from_file_location("golden_handlers", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    where = os.path.relpath(source)
    text = "".join(f"{fault}\n" for fault in faults_of(module.router))
    text = text.replace(f"{where if not where.startswith('..') else source}:", "handlers.py:")
    golden = GOLDEN / "handlers.txt"
    if os.environ.get("TRIMARAN_UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_one_fault_of_a_shared_dependency_is_told_once() -> None:
    """A dependency that is wrong is named once, however many routes need it."""

    async def wrong(x: Annotated[dict[str, int], Query()]) -> None: ...

    router = Router(dependencies=[Depends(wrong)])
    router.get("/a")(lambda: 1)
    router.get("/b")(lambda: 1)
    assert [fault.id for fault in faults_of(router)] == ["TRI-ROUTE-006"]


@pytest.mark.parametrize("path", ["films", "{id}"])
def test_a_path_begins_with_a_slash(path: str) -> None:
    """Every path without a slash is told when the application starts, webhooks excepted."""
    router = Router()
    router.get(path)(lambda request: 1)
    [fault] = [fault for fault in faults_of(router) if fault.id == "TRI-ROUTE-008"]
    assert f"Path '{path}' does not begin with '/'" in str(fault)


def test_a_decorator_without_its_path() -> None:
    """`@app.get` without parentheses is told with the handler's place, not swallowed."""

    async def films() -> None: ...

    with pytest.raises(
        ConfigurationError, match=r"TRI-ROUTE-008 .*test_declarations\.py:\d+.*films"
    ):
        Router().get(films)  # type: ignore[arg-type]  # as a decorator would be given it


@pytest.mark.parametrize("status", [99, 100, 600, "201"])
def test_a_status_ends_a_request(status: int) -> None:
    """A status that no answer may have is refused where it is declared."""
    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-015 .* from 200 to 599"):
        Router().get("/a", status_code=status)(lambda: 1)


@pytest.mark.parametrize("prefix", ["films", "/films/", "/"])
def test_a_prefix_has_its_slash_in_front_only(prefix: str) -> None:
    """A prefix is ``/films``."""
    with pytest.raises(ConfigurationError, match=r"TRI-ROUTE-008 .* Write '/films'"):
        Router(prefix)
    with pytest.raises(ConfigurationError, match="TRI-ROUTE-008"):
        Router().include_router(Router(), prefix=prefix)


def test_a_router_cannot_include_itself() -> None:
    """A circle of routers is told, not followed."""
    one, two = Router("/one"), Router("/two")
    one.include_router(two)
    two.include_router(one)
    with pytest.raises(ConfigurationError, match="TRI-ROUTE-011 Router '/one' includes itself"):
        _ = one.routes


def test_a_misspelt_option_is_an_error() -> None:
    """An option that does not exist is refused at the declaration, with those that do."""
    options: dict[str, Any] = {"max_lenght": 1}
    with pytest.raises(TypeError, match="unexpected keyword argument 'max_lenght'; the limits are"):
        Query(**options)
    with pytest.raises(
        TypeError, match="'max_lenght'; a route takes callbacks, cancel_on_disconnect"
    ):
        Router().get("/", **options)(lambda: 1)


def test_the_place_of_a_bound_method_is_its_function() -> None:
    """A fault in a method's signature names the method."""

    class Controller:
        async def show(self, id: Annotated[dict[str, int], Header()]) -> None: ...

    router = Router()
    router.get("/")(Controller().show)
    [fault] = faults_of(router)
    assert "test_declarations.py" in fault.where
    assert "Controller.show" in fault.where
