"""FastAPI's "Settings and Environment Variables"; ours need no further package."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import pytest

from trimaran import App, ConfigurationError, Depends, Settings
from trimaran.settings import Env, load_settings
from trimaran.testing import TestClient


class Bookshop(Settings):
    app_name: str = "Awesome"
    items_per_user: int = 50
    admin_email: Annotated[str, Env("ADMIN_EMAIL")] = ""


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without settings of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converted to their types; by ``TRIMARAN_`` names, or by the name that ``Env`` gives."""
    monkeypatch.setenv("TRIMARAN_ITEMS_PER_USER", "7")
    monkeypatch.setenv("ADMIN_EMAIL", "a@b.example")
    settings = load_settings(kind=Bookshop)
    assert (settings.app_name, settings.items_per_user) == ("Awesome", 7)
    assert settings.admin_email == "a@b.example"


def test_settings_come_from_a_dotenv_file(elsewhere: Path) -> None:
    """The environment wins over it."""
    (elsewhere / ".env").write_text('ADMIN_EMAIL="deadpool@example.com"\n')
    assert load_settings(kind=Bookshop).admin_email == "deadpool@example.com"


def test_a_value_that_does_not_fit_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the variable's name and what was expected."""
    monkeypatch.setenv("TRIMARAN_ITEMS_PER_USER", "many")
    with pytest.raises(ConfigurationError, match=r"TRIMARAN_ITEMS_PER_USER = 'many' does not fit"):
        load_settings(kind=Bookshop)


@lru_cache
def get_settings() -> Bookshop:
    return load_settings(kind=Bookshop)


def test_settings_are_a_dependency_made_once_and_overridden_in_tests() -> None:
    """``lru_cache`` works as in the page."""
    app = App()

    @app.get("/info")
    async def info(settings: Annotated[Bookshop, Depends(get_settings)]) -> dict[str, Any]:
        return {"email": settings.admin_email, "limit": settings.items_per_user}

    client = TestClient(app)
    assert client.get("/info").json() == {"email": "", "limit": 50}
    app.dependency_overrides[get_settings] = lambda: Bookshop(admin_email="t@example.com")
    assert client.get("/info").json()["email"] == "t@example.com"


def test_pydantic_settings_work_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that moves keeps its class."""
    pydantic_settings = pytest.importorskip("pydantic_settings")

    class Own(pydantic_settings.BaseSettings):  # type: ignore[name-defined, misc]  # imported late
        admin_email: str
        items: int = 50

    monkeypatch.setenv("ADMIN_EMAIL", "own@example.com")
    app = App()

    def get_own() -> Own:
        return Own()

    @app.get("/info")
    async def info(settings: Annotated[Own, Depends(get_own)]) -> Own:
        return settings

    assert TestClient(app).get("/info").json() == {"admin_email": "own@example.com", "items": 50}
