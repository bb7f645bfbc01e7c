"""Sizes that keep the code readable: files, functions, and what must not creep in."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "trimaran"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST_FILE = 600
LONGEST_BODY = 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common"}


def name_of(path):
    return str(path.relative_to(SOURCE))


def functions(path):
    """Each function of a file, methods and inner ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function):
    """How many lines the body has, without its docstring."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def long_files(files):
    return {
        name_of(path): count
        for path in files
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }


def long_functions(files):
    return {
        f"{name_of(path)}:{function.lineno} {function.name}": count
        for path in files
        for function in functions(path)
        if (count := body_lines(function)) > LONGEST_BODY
    }


def test_no_file_is_too_long():
    """A file past the limit is split by topic."""
    assert long_files(FILES) == {}


def test_no_function_is_too_long():
    """A function's body fits a screen."""
    assert long_functions(FILES) == {}


def test_modules_are_named_after_their_topic():
    """A name that says nothing attracts everything."""
    assert [name_of(path) for path in FILES if path.stem in FORBIDDEN_NAMES] == []


def narrows_a_type(node):
    """Whether an ``assert`` only tells the type checker what holds anyway."""
    if node.msg is not None:
        return False
    text = ast.unparse(node.test)
    return text.startswith("isinstance(") or text.endswith(" is not None")


def test_user_errors_are_not_asserted():
    """``assert`` is gone under ``python -O``."""
    asserts = [
        f"{name_of(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert) and not narrows_a_type(node)
    ]
    assert asserts == []


@pytest.mark.parametrize("pattern", [r"#\s*type:\s*ignore(?!\[)", r"#\s*noqa(?!:\s*[A-Z]+\d+)"])
def test_every_ignore_names_its_code(pattern):
    """An ignore without a code hides what comes later."""
    found = [
        f"{name_of(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert found == []


def test_every_ignore_gives_its_reason():
    """What is ignored is explained on the same line."""
    given = re.compile(
        r"#\s*(?:type:\s*ignore\[[\w\-, ]+\]|noqa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)(.*)"
    )
    found = [
        f"{name_of(path)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (match := given.search(line)) and len(match.group(1).strip(" #")) < 3
    ]
    assert found == []


def test_the_measures_measure():
    """A body is counted without its docstring, to its last line."""
    function = ast.parse("def f():\n" + "    x = 1\n" * LONGEST_BODY).body[0]
    assert body_lines(function) == LONGEST_BODY
    documented = ast.parse('def f():\n    """Doc."""\n    x = (\n        1)\n').body[0]
    assert body_lines(documented) == 2
