"""Statements judged by their first words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimaran.db.backends.statements import KNOWN, first_word, kind_of
from trimaran.errors import TransactionError


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "  select name from author",
        "-- a comment\nSELECT 1",
        "/* a; comment */ (SELECT 1)",
        "VALUES (1)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT replace(name, 'a', 'b') FROM author",
        "SELECT updated, deleted_at FROM author",
    ],
)
def test_plain_reads(sql):
    """These may be sent to a reader, and sent twice."""
    assert kind_of(sql) == "read"


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO author VALUES (1) RETURNING id",
        "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a",
        "WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone",
        "SELECT * INTO b FROM a",
        "SELECT * FROM a FOR UPDATE",
        "SELECT * FROM a FOR NO KEY UPDATE SKIP LOCKED",
        "PRAGMA user_version",
        "EXPLAIN ANALYZE DELETE FROM a",
        "",
        "%%",
    ],
)
def test_everything_else_may_write(sql):
    """In doubt a statement is a write."""
    assert kind_of(sql) == "write"


@pytest.mark.parametrize("sql", ["BEGIN", "start transaction", "/**/ Commit;", "ROLLBACK TO a"])
def test_transaction_control_is_refused(sql):
    """With the caller's line."""
    with pytest.raises(TransactionError, match=r"TRI-DB-044 .*test_statements\.py:\d+ test_trans"):
        kind_of(sql)


@given(st.text(alphabet="-/* \n()SELECTx;", max_size=60))
def test_any_text_is_judged(sql):
    """No comment or bracket that is not closed makes the judge fail or hang."""
    assert first_word(sql) == first_word(sql).lower()
    assert kind_of(sql) in {"read", "write"}


def test_what_is_remembered_is_bounded():
    """Statements made up at run time do not fill the memory."""
    for number in range(10_000):
        kind_of(f"SELECT {number}")
    assert len(KNOWN) <= 4096
