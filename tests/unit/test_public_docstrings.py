"""Every public name of the package says in one line what it is or does."""

import ast
import functools
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "trimaran"
FILES = sorted(SOURCE.rglob("*.py"))
LONGEST_LINE = 80
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@functools.cache
def documented_methods():
    """For each class of the package, its bases and the methods that it documents."""
    bases, methods = {}, {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = {re.sub(r"\[.*", "", ast.unparse(base)) for base in node.bases}
                bases.setdefault(node.name, set()).update(name.split(".")[-1] for name in names)
                methods.setdefault(node.name, set()).update(
                    item.name
                    for item in node.body
                    if isinstance(item, DEFINITIONS) and ast.get_docstring(item)
                )
    return bases, methods


def inherits_docstring(owner, method, seen=()):
    """Whether a base class says already what the method does."""
    bases, methods = documented_methods()
    return any(
        method in methods.get(base, ()) or inherits_docstring(base, method, (*seen, base))
        for base in bases.get(owner, ())
        if base not in seen
    )


def public_definitions(body, prefix=""):
    """Public functions and classes, and the public methods of public classes."""
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from public_definitions(node.body, prefix)
        elif isinstance(node, DEFINITIONS) and not node.name.startswith("_"):
            owner = prefix.rstrip(".").rpartition(".")[2]
            documented = ast.get_docstring(node) or not inherits_docstring(owner, node.name)
            if documented and not is_exempt(node):
                yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body, f"{prefix}{node.name}.")


def is_exempt(node):
    """Overloads and setters repeat what is said elsewhere."""
    names = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"overload", "setter", "deleter"})


def faults(tree):
    """Each public name without a docstring, or with too long a first line."""
    found = {}
    text = ast.get_docstring(tree)
    places = [("module", text)] if tree.body else []
    places += [(name, ast.get_docstring(node)) for name, node in public_definitions(tree.body)]
    for name, text in places:
        if not text:
            found[name] = "no docstring"
        elif len(text.splitlines()[0]) > LONGEST_LINE:
            found[name] = f"first line of {len(text.splitlines()[0])} characters"
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_public_name_has_a_docstring(path):
    """Its first line fits 80 characters."""
    assert faults(ast.parse(path.read_text(encoding="utf-8"))) == {}


def test_missing_and_long_docstrings_are_found():
    """Of modules, functions, classes and methods, private names apart."""
    long = "x" * (LONGEST_LINE + 1)
    code = f'def _a(): pass\nclass B:\n    """{long}"""\n    def c(self): pass\n'
    assert faults(ast.parse(code)) == {
        "module": "no docstring",
        "B": "first line of 81 characters",
        "B.c": "no docstring",
    }
