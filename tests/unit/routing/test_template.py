"""Paths taken apart."""

import pytest

from trimaran.errors import ConfigurationError
from trimaran.routing.converters import BUILT_IN
from trimaran.routing.template import openapi_path, parse_template, template_params


def test_segments_hold_texts_and_parameters() -> None:
    """A brace opens a parameter, a slash a segment, except inside a pattern."""
    template = parse_template("/a/{id:int}/s-{n}.{ext:re:[a-z]{3}}/", BUILT_IN)
    assert [(param.name, param.kind) for param in template.params] == [
        ("id", "int"),
        ("n", "str"),
        ("ext", "re:[a-z]{3}"),
    ]
    assert template.shape == "/a/{:int}/s-{:str}.{:re:[a-z]{3}}/"


def test_openapi_path_leaves_the_converters_out() -> None:
    """Braces inside a pattern pair, escaped ones do not count."""
    path = r"/a/{id:int}/s-{n}.{ext:re:[a-z]{3}}/{x:re:\{\d+}"
    assert openapi_path(path) == "/a/{id}/s-{n}.{ext}/{x}"
    assert template_params(path) == {
        "id": "int",
        "n": "str",
        "ext": "re:[a-z]{3}",
        "x": r"re:\{\d+",
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("films", "Path 'films' does not begin with '/'. Put a '/' in front."),
        ("", "Path '' does not begin with '/'"),
        ("/{id", "The braces of path '/{id' do not pair"),
        ("/id}", "The braces of path '/id}' do not pair"),
        ("/{}", "Parameter name '' in path '/{}' is not an identifier"),
        ("/{a-b}", "Parameter name 'a-b'"),
        ("/{id:integer}", "names converter 'integer', which does not exist. Use one of date, fl"),
        ("/{a:re:[}", "is no regular expression"),
        ("/{a:re:x/y}", "holds a '/', which no segment has"),
        ("/{a:re:x*}", "matches nothing at all. Ask for one character at least"),
        ("/{a:re:(x+)+}", "repeats a repeat, which hostile paths abuse. Put a delimiter between"),
        ("/{a}/{a}", "names parameter 'a' twice"),
        ("/{a}{b}", "has two parameters side by side. Put text between them"),
        ("/x{p:path}", "mixes {...:path} with text in one segment"),
        ("/{p:path}/{q:path}", "has more than one {...:path}"),
        ("/a" * 65, "has more than 64 segments"),
    ],
)
def test_malformed_paths_say_how_to_mend_them(path: str, message: str) -> None:
    """The message holds the path."""
    with pytest.raises(ConfigurationError, match="TRI-PATH-001 ") as caught:
        parse_template(path, BUILT_IN)
    assert message in str(caught.value)
