"""Finding an application by name."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trimaran.errors import ConfigurationError
from trimaran.server.loading import load_application, loading_to_stay

APP = """
class Fake:
    def resolve(self, method, path): ...
    async def startup(self): ...
"""


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Work in a folder of its own; forget what was imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    known = {*sys.modules}
    yield
    for name in {*sys.modules} - known:
        del sys.modules[name]


def test_file(tmp_path: Path) -> None:
    """A file's default name is app, and it may import its neighbours."""
    (tmp_path / "loading_neighbour.py").write_text(APP)
    file = tmp_path / "loading_shop.py"
    file.write_text("from loading_neighbour import Fake\napp = Fake()\nother = Fake()\n")
    assert load_application(str(file)) is sys.modules["loading_shop"].app
    assert load_application("loading_shop.py:other") is sys.modules["loading_shop"].other
    assert sys.path[0] == str(tmp_path)


def test_module(tmp_path: Path) -> None:
    """A module is found from the current folder; a name may have dots."""
    (tmp_path / "loading_pack").mkdir()
    (tmp_path / "loading_pack" / "__init__.py").write_text("")
    (tmp_path / "loading_pack" / "main.py").write_text(APP + "class holder:\n    api = Fake()\n")
    found = load_application("loading_pack.main:holder.api")
    assert found is sys.modules["loading_pack.main"].holder.api
    assert load_application("loading_pack/main.py:holder.api") is found


def test_factory(tmp_path: Path) -> None:
    """A function without arguments may make the application."""
    (tmp_path / "loading_made.py").write_text(APP + "def make():\n    return Fake()\n")
    assert type(load_application("loading_made:make")).__name__ == "Fake"


def test_file_that_is_missing(tmp_path: Path) -> None:
    """A file that does not exist is named in full."""
    message = f"TRI-ENGINE-005 There is no file {tmp_path / 'none.py'}"
    with pytest.raises(ConfigurationError, match=message):
        load_application("none.py")


@pytest.mark.parametrize("target", ["loading_none", "loading_none.main:app"])
def test_module_that_is_missing(target: str) -> None:
    """A module that does not exist is named."""
    with pytest.raises(
        ConfigurationError, match="TRI-ENGINE-005 There is no module 'loading_none'"
    ):
        load_application(target)


def test_import_that_fails(tmp_path: Path) -> None:
    """What the application's own imports raise passes through."""
    (tmp_path / "loading_bad.py").write_text("import a_module_that_is_not_there\n")
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        load_application("loading_bad.py")


def test_name_that_is_missing(tmp_path: Path) -> None:
    """The applications that the module does have are offered."""
    (tmp_path / "loading_api.py").write_text(APP + "api = Fake()\n")
    message = r"TRI-ENGINE-006 .*has no 'app'. It has 'api': write 'loading_api.py:api'."
    with pytest.raises(ConfigurationError, match=message):
        load_application("loading_api.py")


def test_no_application_at_all(tmp_path: Path) -> None:
    """A module without any application is told how to make one."""
    (tmp_path / "loading_empty.py").write_text("")
    with pytest.raises(ConfigurationError, match=r"Make one with 'app = App\(\)'"):
        load_application("loading_empty.py")


def test_something_else(tmp_path: Path) -> None:
    """What is not an application is refused by its type."""
    (tmp_path / "loading_other.py").write_text("app = 3\n")
    message = "TRI-ENGINE-007 'loading_other.py' is a int, not a Trimaran application"
    with pytest.raises(ConfigurationError, match=message):
        load_application("loading_other.py")


def test_what_is_loaded_to_stay_is_left_to_itself() -> None:
    """No collection while it is loaded, none that looks at it later, all as usual afterwards."""
    known = gc.get_freeze_count()
    try:
        with pytest.raises(ConfigurationError), loading_to_stay():
            assert not gc.isenabled()
            load_application("nowhere.py")
        assert gc.isenabled()
        assert gc.get_freeze_count() > known
    finally:
        gc.unfreeze()
