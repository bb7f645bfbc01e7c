"""Migration files as Python source."""

import datetime
import decimal
import enum
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from trimaran.db import migrations as m
from trimaran.db.migrations.reading import storage_type
from trimaran.db.migrations.source import Writer, file_source, same
from trimaran.errors import MigrationError


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Shout(sa.TypeDecorator):
    impl = sa.String(20)
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return postgresql.CITEXT() if dialect.name == "postgresql" else sa.String(20)


TYPES = [
    sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    sa.SmallInteger(),
    sa.String(10),
    sa.String(10, collation="C"),
    sa.Text(),
    sa.Numeric(8, 2),
    sa.Double(),
    sa.Float(24),
    sa.Boolean(),
    sa.Date(),
    sa.Time(),
    sa.DateTime(timezone=True),
    sa.Interval(),
    sa.Interval().with_variant(sa.BigInteger(), "sqlite"),
    sa.Uuid(),
    sa.LargeBinary(),
    sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
    sa.Enum(Colour, native_enum=False),
    sa.Enum("it's", 'say "x"', name="odd"),
    sa.ARRAY(sa.String(5)),
    postgresql.ARRAY(sa.Integer()),
    postgresql.TSVECTOR(),
    postgresql.INT4RANGE(),
    postgresql.CITEXT(),
]


def evaluated(text, imports):
    names = {"m": m}
    exec("\n".join(imports), names)  # noqa: S102  what was written just before
    return eval(text, names)  # noqa: S307  the same


@pytest.mark.parametrize("type_", TYPES, ids=repr)
def test_types_are_written_and_read_back(type_):
    """What the file says, read again, is written the same: nothing changes by itself."""
    writer = Writer()
    text = writer.write(m.Column("a", type_))
    again = evaluated(text, writer.imports)
    assert Writer().write(again) == text
    assert same(again.type, type_)


def test_a_type_of_the_program_is_written_as_its_storage():
    """A decorator is taken off; what differs by database becomes a variant."""
    writer = Writer()
    text = writer.write(storage_type(Shout()))
    assert text == 'sa.String(length=20).with_variant(postgresql.CITEXT(), "postgresql")'
    assert "from sqlalchemy.dialects import postgresql" in writer.imports


@pytest.mark.parametrize(
    "value",
    [
        0,
        -1.5,
        True,
        None,
        'it\'s "so"\n',
        b"\x00",
        [1, {"a": [None]}],
        decimal.Decimal("1.50"),
        datetime.date(2026, 1, 2),
        datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        datetime.timedelta(1),
        uuid.UUID(int=7),
    ],
    ids=repr,
)
def test_fill_values_are_written_and_read_back(value):
    """Of every type that a column can hold."""
    writer = Writer()
    text = writer.write(m.AddColumn("t", m.Column("c", sa.Text()), fill=value))
    assert evaluated(text, writer.imports | {"import sqlalchemy as sa"}).fill == value


def test_other_values_are_refused():
    """With the ways to say them."""
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-005 .* cannot be written .*m\.Sql"):
        Writer().write(m.AddColumn("t", m.Column("c", sa.Text()), fill=object()))


def test_a_file_is_readable():
    """Defaults are left out, long operations are wrapped, imports are those it needs."""
    columns = [
        m.Column("id", sa.Integer(), identity=True),
        m.Column("price", sa.Numeric(8, 2), null=True, default="0"),
    ]
    key = m.PrimaryKey(["id"], name="pk_film")
    operations = [
        m.CreateTable("film", columns=columns, constraints=[key]),
        m.AddColumn("film", m.Column("day", sa.Date()), fill=datetime.date(2026, 1, 2)),
    ]
    source = file_source(operations, title="Create table film.", dependencies=["0001_initial"])
    assert source == FILE


FILE = '''"""Create table film."""

import datetime

import sqlalchemy as sa

from trimaran.db import migrations as m

dependencies = ["0001_initial"]

operations = [
    m.CreateTable(
        "film",
        columns=[
            m.Column("id", sa.Integer(), identity=True),
            m.Column("price", sa.Numeric(precision=8, scale=2), null=True, default="0"),
        ],
        constraints=[m.PrimaryKey(["id"], name="pk_film")],
    ),
    m.AddColumn("film", m.Column("day", sa.Date()), fill=datetime.date(2026, 1, 2)),
]
'''
