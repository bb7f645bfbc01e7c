"""MariaDB's dialect: types, indexes, casts."""

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from trimaran.db.sql import kinds
from trimaran.db.sql.mariadb import MariaDB
from trimaran.db.sql.types import column_type

FILM = sa.Table(
    "film",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("plot", sa.Text),
    sa.Column("year", sa.Integer),
)


def _sql(element) -> str:
    return " ".join(str(element.compile(dialect=MariaDB())).split())


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (kinds.TEXT, "LONGTEXT"),
        (kinds.text(1000), "VARCHAR(1000)"),
        (kinds.text(1001), "LONGTEXT"),
        (kinds.DATETIME, "DATETIME(6)"),
        (kinds.TIME, "TIME(6)"),
        (kinds.TIMEDELTA, "BIGINT"),
        (kinds.UUID_KIND, "CHAR(36)"),
        (kinds.BYTES, "LONGBLOB"),
        (kinds.decimal(8, 2), "NUMERIC(8, 2)"),
    ],
)
def test_a_kind_has_its_type(kind, expected):
    """Nothing is cut, and no part of a second is lost."""
    column = sa.Column("c", column_type(kind))
    assert _sql(sa.schema.CreateColumn(column)) == f"c {expected}"


def test_a_table_names_engine_and_collation():
    """Whatever the server's defaults are."""
    assert _sql(CreateTable(FILM)).endswith(
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
    )


def test_an_index_takes_the_beginning_of_a_long_text():
    """A unique one takes the whole: the server keeps a hash of it."""
    index = sa.Index("ix", FILM.c.plot, FILM.c.year)
    assert _sql(CreateIndex(index)) == "CREATE INDEX ix ON film (plot(255), year)"
    unique = sa.Index("uq", FILM.c.plot, unique=True)
    assert _sql(CreateIndex(unique)) == "CREATE UNIQUE INDEX uq ON film (plot)"


def test_casts_keep_places_and_parts_of_a_second():
    """A bare DECIMAL would round to whole numbers."""
    value = sa.literal_column("x")
    made = [_sql(sa.cast(value, type_)) for type_ in (sa.Numeric(), sa.Double(), sa.DateTime())]
    assert made == ["CAST(x AS DECIMAL(65, 30))", "CAST(x AS DOUBLE)", "CAST(x AS DATETIME(6))"]
