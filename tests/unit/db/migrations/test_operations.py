"""Operations on states, without a database."""

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.db.migrations.source import same
from trimaran.db.migrations.state import State
from trimaran.errors import MigrationError


def start():
    """A film and a review that refers to it."""
    state = State()
    film = m.CreateTable(
        "film",
        columns=[
            m.Column("id", sa.Integer()),
            m.Column("year", sa.Integer(), default="1900"),
            m.Column("age", sa.Integer(), computed="2026 - year"),
        ],
        constraints=[
            m.PrimaryKey(["id"], name="pk"),
            m.Check("year > 0 AND 'year' <> ''", name="ck"),
        ],
        indexes=[m.Index(["year", m.Sql('lower("year")')], name="ix", where="year > 5")],
    )
    review = m.CreateTable(
        "review",
        columns=[m.Column("film_id", sa.Integer())],
        constraints=[m.ForeignKey(["film_id"], "film", ["id"], name="fk")],
    )
    for operation in (film, review):
        operation.apply(state)
    return state


OPERATIONS = [
    m.CreateTable("genre", columns=[m.Column("id", sa.Integer())]),
    m.DropTable("review"),
    m.RenameTable("film", "movie"),
    m.SetComment("film", "Seen in the cinema"),
    m.AddColumn("film", m.Column("title", sa.Text(), null=True)),
    m.DropColumn("review", "film_id"),
    m.AlterColumn("film", m.Column("year", sa.BigInteger(), null=True)),
    m.RenameColumn("film", "year", "released"),
    m.AddConstraint("film", m.Unique(["year"], name="uq")),
    m.DropConstraint("film", "ck"),
    m.RenameConstraint("film", "ck", "check"),
    m.AddIndex("film", m.Index(["id"], name="ix2")),
    m.DropIndex("film", "ix"),
    m.RenameIndex("film", "ix", "index"),
    m.RunSQL("SELECT 1", "SELECT 2"),
    m.RunPython(m.nothing, m.nothing),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.describe())
def test_an_inverse_restores_the_state(operation):
    """Applying an operation and its inverse leads back, up to the order and what fell with it."""
    before = start()
    after = before.copy()
    operation.apply(after)
    operation.inverse(before).apply(after)
    assert after.tables.keys() == before.tables.keys()
    for name, table in before.tables.items():
        now = after.tables[name]
        assert same(sorted_parts(now.columns), sorted_parts(table.columns))
        if not isinstance(operation, m.DropColumn):
            assert same(sorted_parts(now.constraints), sorted_parts(table.constraints))
            assert same(sorted_parts(now.indexes), sorted_parts(table.indexes))


def sorted_parts(parts):
    return sorted(parts, key=lambda part: part.name)


@pytest.mark.parametrize(
    ("operation", "id", "what"),
    [
        (m.AddColumn("gone", m.Column("a", sa.Text())), 1, "There is no table 'gone'"),
        (m.DropColumn("film", "gone"), 1, "Table 'film' has no column 'gone'"),
        (m.DropConstraint("film", "gone"), 1, "Table 'film' has no constraint 'gone'"),
        (m.DropIndex("film", "gone"), 1, "Table 'film' has no index 'gone'"),
        (m.AlterColumn("film", m.Column("gone", sa.Text())), 1, "has no column 'gone'"),
        (m.CreateTable("film", columns=[]), 2, "There is a table 'film' already"),
        (m.RenameTable("film", "review"), 2, "There is a table 'review' already"),
        (m.AddColumn("film", m.Column("id", sa.Text())), 2, "already has a column 'id'"),
        (m.RenameColumn("film", "id", "year"), 2, "already has a column 'year'"),
        (m.AddIndex("film", m.Index(["id"], name="ix")), 2, "already has a index 'ix'"),
    ],
)
def test_an_operation_that_does_not_fit_is_refused(operation, id, what):
    """The error names what is missing or in the way."""
    with pytest.raises(MigrationError) as caught:
        operation.apply(start())
    assert caught.value.id == f"TRI-MIGRATION-{id:03d}"
    assert what in str(caught.value)


def test_a_renamed_table_keeps_those_who_refer_to_it():
    """Foreign keys follow the name."""
    state = start()
    m.RenameTable("film", "movie").apply(state)
    assert list(state.tables) == ["movie", "review"]
    assert state.constraint("review", "fk").target == "movie"


def test_a_renamed_column_is_renamed_wherever_it_is_named():
    """In SQL text too, but not inside of strings."""
    state = start()
    m.RenameColumn("film", "year", "released").apply(state)
    assert state.constraint("film", "ck").condition == "released > 0 AND 'year' <> ''"
    index = state.index("film", "ix")
    assert (index.columns[0], index.columns[1].text) == ("released", 'lower("released")')
    assert index.where == "released > 5"
    assert state.column("film", "age").computed == "2026 - released"
    m.RenameColumn("film", "id", "key").apply(state)
    assert state.constraint("review", "fk").target_columns == ["key"]


def test_a_dropped_column_takes_along_what_stands_on_it():
    """Constraints and indexes, also those that name it in SQL text."""
    state = start()
    m.DropColumn("film", "year").apply(state)
    table = state.table("film")
    assert [item.name for item in table.constraints] == ["pk"]
    assert table.indexes == ()


def test_only_coroutine_functions_migrate_data():
    """A plain function is refused where it is written."""
    with pytest.raises(MigrationError, match="Write `async def fill"):
        m.RunPython(print)


def test_steps_without_a_way_back_say_so():
    """They have no inverse."""
    assert m.RunSQL("SELECT 1").inverse(start()) is None
    assert m.RunPython(m.nothing).inverse(start()) is None
    assert m.RunSQL("SELECT 1", "").inverse(start()).forward == ""
