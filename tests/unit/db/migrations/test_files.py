"""Reading a directory of migrations."""

import pytest

from trimaran.db.migrations.executor import Migrations
from trimaran.db.migrations.files import load_migrations, migration_names, single_head, states
from trimaran.errors import MigrationError


@pytest.fixture
def write(tmp_path):
    """Write a migration file: ``write("0001_a", "0000_b", text="...")``."""

    def write(name, *dependencies, text="operations = []\n"):
        head = "from trimaran.db import migrations as m\nimport sqlalchemy as sa\n"
        path = tmp_path / f"{name}.py"
        path.write_text(f"{head}dependencies = {list(dependencies)!r}\n{text}")
        return path

    return write


def test_the_order_is_that_of_the_dependencies(write, tmp_path):
    """By name only among those that may come at the same time; other files are no migrations."""
    write("0001_a")
    write("0002_z", "0001_a")
    write("0003_b", "0004_c")
    write("0004_c", "0002_z")
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "notes.py").write_text("raise SystemExit")
    names = [migration.name for migration in load_migrations(tmp_path)]
    assert names == ["0001_a", "0002_z", "0004_c", "0003_b"]


def test_no_directory_is_no_migrations(tmp_path):
    """As in a project that has just begun."""
    assert load_migrations(tmp_path / "none") == []
    assert migration_names(tmp_path / "none") == []
    assert single_head([]) is None


@pytest.mark.parametrize(
    ("text", "id", "message"),
    [
        ("operations = [\n", 12, r"0001_a.py:4 The file cannot be imported: SyntaxError"),
        ("\nx = 1 / 0\n", 12, r"0001_a.py:5 The file cannot be imported: ZeroDivisionError"),
        ("", 12, r"0001_a.py: The file does not define the lists"),
        ("operations = ['x']", 12, r"0001_a.py: Operation 1 is 'x', which is no operation"),
        ("operations = [m.RunPython(len)]", 3, r"RunPython was given <built-in function len>"),
    ],
)
def test_a_bad_file_is_named(write, tmp_path, text, id, message):
    """With the line, where there is one."""
    write("0001_a", text=text)
    with pytest.raises(MigrationError) as caught:
        load_migrations(tmp_path)
    assert caught.value.id == f"TRI-MIGRATION-{id:03d}"
    assert message in str(caught.value).replace(".py:4:", ".py:4").replace(".py:5:", ".py:5")


def test_missing_and_circular_dependencies(write, tmp_path):
    """Both are errors that name the files."""
    write("0002_b", "0001_a")
    with pytest.raises(MigrationError, match=r"0002_b\.py: It depends on '0001_a', which is not"):
        load_migrations(tmp_path)
    write("0001_a", "0002_b")
    with pytest.raises(MigrationError, match="each other in a circle: 0001_a, 0002_b"):
        load_migrations(tmp_path)


def test_two_last_migrations(write, tmp_path):
    """Branches that were brought together are told of, with the mend."""
    write("0001_a")
    write("0002_b", "0001_a")
    write("0002_c", "0001_a")
    with pytest.raises(MigrationError, match=r"to be the last: 0002_b, 0002_c.*--merge"):
        single_head(load_migrations(tmp_path))


def test_an_operation_that_does_not_fit_is_located(write, tmp_path):
    """File, number and description stand before what is wrong."""
    write("0001_a", text='operations = [m.RunSQL("", ""), m.DropTable("film")]')
    with pytest.raises(MigrationError, match=r"0001_a\.py operation 2, drop table film: There is"):
        states(load_migrations(tmp_path))


def test_plans(write, tmp_path):
    """Forwards with what a target needs, backwards with what needs it."""
    write("0001_a")
    write("0002_b", "0001_a")
    write("0003_c", "0001_a")
    write("0004_d", "0002_b", "0003_c")
    files = Migrations(tmp_path)

    def plan(target, *applied):
        return [str(item) for item in files.plan(target, applied)]

    assert plan("0003_c") == ["apply 0001_a", "apply 0003_c"]
    assert plan("head", "0001_a", "0003_c") == ["apply 0002_b", "apply 0004_d"]
    everything = ("0001_a", "0002_b", "0003_c", "0004_d")
    assert plan("0003", *everything) == ["undo 0004_d"]
    assert plan("zero", *everything)[-1] == "undo 0001_a"
    with pytest.raises(MigrationError, match=r"no migration '0009'.*There are: 0001_a, 0002_b"):
        plan("0009")
    with pytest.raises(MigrationError, match="Several migrations begin with '000'"):
        plan("000")


def test_a_history_with_a_hole(write, tmp_path):
    """A migration without those it depends on is not built upon."""
    write("0001_a")
    write("0002_b", "0001_a")
    with pytest.raises(MigrationError, match="0002_b is applied, but 0001_a, on which it depends"):
        Migrations(tmp_path).plan("head", {"0002_b"})
