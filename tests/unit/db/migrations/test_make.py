"""``makemigrations``: what it finds, names, asks, warns of and refuses."""

import pytest
import sqlalchemy as sa

from trimaran.db import migrations as m
from trimaran.errors import MigrationError


def tables(**tables):
    metadata = sa.MetaData()
    for name, columns in tables.items():
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
    return metadata


def text(name, **options):
    return sa.Column(name, sa.Text, **options)


@pytest.fixture
def make(tmp_path):
    """``make_migrations`` in a directory of the test's own."""
    return lambda *args, **options: m.make_migrations(tmp_path / "migrations", *args, **options)


def test_files_are_numbered_and_named(make, tmp_path):
    """The first is called initial, later ones after what they do."""
    assert make(tables(film=[])).path == tmp_path / "migrations" / "0001_initial.py"
    assert make(tables(film=[text("title")])).name == "0002_add_film_title"
    both = tables(film=[text("title"), text("a"), text("b")])
    assert make(both).name == "0003_add_film_a_and_add_film_b"
    many = tables(film=[text("title"), *(text(letter * 9) for letter in "abcde")])
    assert make(many).name == "0004_add_film_aaaaaaaaa_and_add_film_bbbbbbbbb_and_more"
    assert make(many) is None
    assert make(tables(), name="all_gone").name == "0005_all_gone"


@pytest.mark.parametrize("name", ["", "Nice", "../x", "a b", "a.b", "a" * 81])
def test_a_name_must_be_one(make, name):
    """Nothing is written outside of the directory."""
    with pytest.raises(MigrationError, match="TRI-MIGRATION-015"):
        make(tables(film=[]), name=name)


def test_looking_writes_nothing(make, tmp_path):
    """``dry_run`` and ``check`` tell what there would be."""
    for option in ("dry_run", "check"):
        made = make(tables(film=[]), **{option: True})
        assert made.operations == ("create table film",)
        assert "m.CreateTable(" in made.source
        assert not made.written
    assert not (tmp_path / "migrations").exists()


def test_an_empty_migration(make):
    """A frame to be filled by hand."""
    make(tables(film=[]))
    made = make(tables(film=[]), empty=True, name="fill_titles")
    assert made.name == "0002_fill_titles"
    assert 'dependencies = ["0001_initial"]\n\noperations = []' in made.source
    assert made.source.startswith('"""Fill titles."""')


def test_branches_are_merged(make, tmp_path):
    """A migration without operations depends on both, and then there is one last again."""
    make(tables(film=[]))
    make(tables(film=[text("a")]))
    (tmp_path / "migrations" / "0002_other.py").write_text(
        'dependencies = ["0001_initial"]\noperations = []\n'
    )
    with pytest.raises(MigrationError, match="TRI-MIGRATION-011"):
        make(tables(film=[text("a")]))
    made = make(tables(film=[text("a")]), merge=True)
    assert made.name == "0003_merge_0002_0002"
    assert 'dependencies = ["0002_add_film_a", "0002_other"]' in made.source
    assert make(tables(film=[text("a")])) is None
    assert make(tables(film=[text("a")]), merge=True) is None


def test_a_file_is_never_overwritten(make, tmp_path):
    """Even if another process writes it at the same moment."""
    made = make(tables(film=[]), dry_run=True)
    made.path.parent.mkdir()
    from trimaran.db.migrations.make import write_migration

    made.path.write_text("mine")
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-017 .*0001_initial.py is there"):
        write_migration(made)
    assert [path.name for path in made.path.parent.iterdir()] == ["0001_initial.py"]


def test_a_column_that_present_rows_cannot_fill(make):
    """It is refused where it is made, not where it is deployed."""
    make(tables(film=[]))
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-016 .*film\.title may not be null"):
        make(tables(film=[text("title", nullable=False)]))
    made = make(tables(film=[text("title", nullable=False, default="?")]))
    assert 'fill="?"' in made.source


def test_a_default_that_is_a_function_fills_with_one_value(make):
    """It is called once, unless each row needs a value of its own."""
    make(tables(film=[]))
    column = text("title", nullable=False, default=lambda: "now")
    assert 'fill="now"' in make(tables(film=[column]), dry_run=True).source
    unique = text("title", nullable=False, unique=True, default=lambda: "now")
    with pytest.raises(MigrationError, match="TRI-MIGRATION-016"):
        make(tables(film=[unique]))


def test_what_is_lost_is_warned_of(make):
    """Dropped tables and columns."""
    make(tables(film=[text("a")], genre=[]))
    made = make(tables(film=[]))
    assert made.warnings == (
        "table genre is dropped with its rows",
        "column film.a is dropped with its values",
    )


def test_renames_are_asked_for(make):
    """Yes renames, no drops and adds."""
    make(tables(film=[text("a")]))
    asked = []

    def answer(value):
        return lambda question: asked.append(question) or value

    renamed = tables(movie=[text("a")])
    assert make(renamed, ask=answer(True), dry_run=True).operations[0] == (
        "rename table film to movie"
    )
    assert make(renamed, ask=answer(False), dry_run=True).operations[0] == "drop table film"
    column = tables(film=[text("b")])
    assert make(column, ask=answer(True)).operations == ("rename column film.a to b",)
    assert asked[0] == "Was table film renamed to movie?"
    assert asked[-1] == "Was column film.a renamed to film.b?"


def test_nobody_to_ask_is_no_rename(make):
    """The data's loss is warned of, with the flag that would have kept it."""
    make(tables(film=[text("a")]))
    made = make(tables(film=[text("b")]))
    assert made.operations == ("add column film.b", "drop column film.a")
    assert "if it was renamed, say so: --rename film.a=film.b" in made.warnings[0]


def test_a_rename_that_is_told_may_change_more(make):
    """A flag also covers what does not look like a rename; a wrong one is refused."""
    make(tables(film=[text("a")]))
    wider = tables(film=[sa.Column("b", sa.String(50), nullable=True)])
    made = make(wider, renames={"film.a": "film.b"}, dry_run=True)
    assert made.operations == ("rename column film.a to b", "alter column film.b")
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-014 .*from film\.x to film\.b"):
        make(wider, renames={"film.x": "film.b"})


def test_parts_that_only_changed_their_name_are_renamed(make):
    """No index is built again for it."""
    make(tables(film=[sa.Column("a", sa.Text), sa.Index("ix_one", "a")]))
    made = make(tables(film=[sa.Column("a", sa.Text), sa.Index("ix_two", "a")]))
    assert made.operations == ("rename index ix_one to ix_two",)


def test_what_the_database_cannot_say_shows_now(make):
    """With a database at hand its SQL is tried before the file is written."""
    from trimaran.db.backends.registry import open_database

    database = open_database("sqlite:///:memory:")
    array = tables(film=[sa.Column("tags", sa.ARRAY(sa.Text))])
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-006 .*cannot be said in sqlite's SQL"):
        make(array, database)
    assert make(array).written


def test_a_constraint_that_migrations_do_not_know(make):
    """It is refused with the way around it."""
    from sqlalchemy.dialects.postgresql import ExcludeConstraint

    column = sa.Column("a", sa.Integer)
    with pytest.raises(MigrationError, match=r"TRI-MIGRATION-004 .*ExcludeConstraint.*RunSQL"):
        make(tables(film=[column, ExcludeConstraint((column, "="), name="no_two")]))
