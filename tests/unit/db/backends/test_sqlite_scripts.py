"""Scripts split into statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.db.backends.sqlite.work import split_script

TRIGGER = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT 1; END;"


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1;", " SELECT 2"]),
        ("SELECT ';'; SELECT \"a;b\";", ["SELECT ';';", ' SELECT "a;b";']),
        ("SELECT 1 -- no; end\n; SELECT 2;", ["SELECT 1 -- no; end\n;", " SELECT 2;"]),
        (TRIGGER + " SELECT 3;", [TRIGGER, " SELECT 3;"]),
        ("  \n ", []),
    ],
)
def test_only_semicolons_that_end_a_statement_split(script, parts):
    """Those in strings, names, comments and triggers do not."""
    assert split_script(script) == parts


@given(st.text(alphabet="a;'\"-\n/* ", max_size=80))
def test_nothing_is_lost(script):
    """The parts are the script, whatever is in it."""
    joined = "".join(split_script(script))
    assert joined.strip() == script.strip()
