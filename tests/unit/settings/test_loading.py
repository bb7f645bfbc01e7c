"""Where settings come from, and what is said of a bad one."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import pytest

from trimaran.errors import ConfigurationErrors
from trimaran.settings import Env, Secret, Settings, load_settings


class Shop(Settings):
    """Settings of a made-up shop."""

    stripe_key: Annotated[Secret[str], Env("STRIPE_KEY")]
    hosts: tuple[str, ...] = ()
    limits: dict[str, int] | None = None
    retries: int | None = None


def write(folder: Path, *, dotenv: str = "", toml: str = "") -> Path:
    if dotenv:
        (folder / ".env").write_text(dotenv, encoding="utf-8")
    if toml:
        (folder / "trimaran.toml").write_text(toml, encoding="utf-8")
    return folder


def faults(folder: Path, kind: type[Settings] = Settings, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationErrors) as caught:
        load_settings(folder, kind, environ=environ)
    return [str(error) for error in caught.value.errors]


def test_defaults_stand_where_nothing_is_said(tmp_path: Path) -> None:
    """Without any source every setting has its default."""
    settings = load_settings(tmp_path, environ={})
    assert settings == Settings()
    assert settings.debug is False
    assert settings.databases == {"default": "sqlite:///db.sqlite3"}


def test_the_environment_wins_over_dotenv_over_toml(tmp_path: Path) -> None:
    """The nearest source decides, setting by setting."""
    write(
        tmp_path,
        dotenv="TRIMARAN_PORT=2\nTRIMARAN_WORKERS=2\n",
        toml='[trimaran]\nport = 3\nworkers = 3\nhost = "::1"\n',
    )
    settings = load_settings(tmp_path, environ={"TRIMARAN_PORT": "1"})
    assert (settings.port, settings.workers, settings.host) == (1, 2, "::1")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """``TRIMARAN_PORT=`` in a container's environment leaves the next source in force."""
    write(tmp_path, dotenv="TRIMARAN_PORT=9000\n")
    environ = {"TRIMARAN_PORT": "", "DATABASE_URL": ""}
    settings = load_settings(tmp_path, environ=environ)
    assert (settings.port, settings.database_url) == (9000, "sqlite:///db.sqlite3")


def test_database_url_is_read_without_prefix_too(tmp_path: Path) -> None:
    """``DATABASE_URL`` serves where ``TRIMARAN_DATABASE_URL`` is not set."""
    both = {"DATABASE_URL": "sqlite:///a", "TRIMARAN_DATABASE_URL": "sqlite:///b"}
    assert load_settings(tmp_path, environ=both).database_url == "sqlite:///b"
    del both["TRIMARAN_DATABASE_URL"]
    assert load_settings(tmp_path, environ=both).database_url == "sqlite:///a"


def test_the_databases_table_names_every_database(tmp_path: Path) -> None:
    """``[databases]`` fills the aliases, and its ``default`` is ``database_url``."""
    write(tmp_path, toml='[databases]\ndefault = "sqlite:///a"\nlogs = "sqlite:///b"\n')
    settings = load_settings(tmp_path, environ={})
    assert settings.databases == {"default": "sqlite:///a", "logs": "sqlite:///b"}
    assert settings.database_url == "sqlite:///a"
    over = load_settings(tmp_path, environ={"DATABASE_URL": "sqlite:///c"})
    assert over.databases == {"default": "sqlite:///c", "logs": "sqlite:///b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), ("yes", True), ("On", True), ("TRUE", True), ("0", False), ("off", False)],
)
def test_booleans_are_read_as_people_write_them(tmp_path: Path, text: str, expected: bool) -> None:
    """``yes``, ``on``, ``1`` and their opposites are booleans."""
    assert load_settings(tmp_path, environ={"TRIMARAN_DEBUG": text}).debug is expected


def test_an_application_adds_settings_of_its_own(tmp_path: Path) -> None:
    """A subclass's fields are read like Trimaran's, from variables that ``Env`` names too."""
    environ = {
        "STRIPE_KEY": "sk_1",
        "TRIMARAN_HOSTS": "a.example, b.example",
        "TRIMARAN_LIMITS": '{"films": 3}',
        "TRIMARAN_RETRIES": "4",
    }
    shop = load_settings(tmp_path, Shop, environ=environ)
    assert shop.stripe_key.reveal() == "sk_1"
    assert shop.hosts == ("a.example", "b.example")
    assert (shop.limits, shop.retries) == ({"films": 3}, 4)


def test_every_fault_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    """Bad values from three sources and a missing one come in one error, each with its line."""
    write(
        tmp_path,
        dotenv="# settings\nTRIMARAN_PORT=http\n",
        toml='[trimaran]\n\nlog_level = "loud"\n',
    )
    found = faults(tmp_path, Shop, TRIMARAN_WORKERS="0")
    assert [fault.split(":")[0].split()[0] for fault in found] == [
        "TRI-SETTINGS-002", "TRI-SETTINGS-001", "TRI-SETTINGS-001", "TRI-SETTINGS-001",
    ]  # fmt: skip
    text = "\n".join(found)
    assert ".env:2: TRIMARAN_PORT = 'http' does not fit the setting port: int" in text
    assert "trimaran.toml:3: log_level = 'loud' does not fit the setting log_level" in text
    assert "environment: TRIMARAN_WORKERS = '0'" in text
    assert "Set STRIPE_KEY in the environment or in .env, or stripe_key in [trimaran]" in text


def test_a_secret_that_does_not_fit_is_not_shown(tmp_path: Path) -> None:
    """A message never holds a secret's value, nor the password of a URL."""
    write(tmp_path, toml="[trimaran]\nstripe_key = 123456\n")
    (fault,) = faults(tmp_path, Shop)
    assert "123456" not in fault
    assert "stripe_key = ********** does not fit" in fault


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[trimaran\n", "trimaran.toml: it is not TOML:"),
        ("trimaran = 3\n", "[trimaran] is not a table. Write [trimaran] on a line of its own."),
        ("[databases]\ndefault = 3\n", "trimaran.toml:2: the URL of database 'default' is not"),
        ("[trimaran]\nuds = 3\n", "Expected a path, got int"),
    ],
)
def test_a_broken_toml_file_is_explained(tmp_path: Path, toml: str, message: str) -> None:
    """A file that is not TOML, or holds the wrong kinds, is reported with its line."""
    assert message in faults(write(tmp_path, toml=toml))[0]


def test_a_broken_dotenv_line_is_explained(tmp_path: Path) -> None:
    """A line that is no assignment is a fault with its number."""
    (fault,) = faults(write(tmp_path, dotenv="A=1\nnonsense here\n"))
    assert fault.startswith("TRI-SETTINGS-003 .env:2: the line that begins with 'nonsense here'")


def test_files_that_cannot_be_read_are_faults(tmp_path: Path) -> None:
    """A file that is too large or not UTF-8 is refused instead of ignored."""
    (tmp_path / ".env").write_bytes(b"#" * (1024 * 1024 + 1))
    (tmp_path / "trimaran.toml").write_bytes(b"\xff\xfe")
    large, binary = faults(tmp_path)
    assert ".env: it is larger than 1,048,576 bytes." in large
    assert "trimaran.toml: it cannot be read" in binary


def test_unknown_names_are_warned_of_with_a_suggestion(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistyped setting does not pass in silence, wherever it stands."""
    write(tmp_path, dotenv="TRIMARAN_WORKER=2\n", toml="[trimaran]\nlog_levle = 'info'\n")
    with caplog.at_level(logging.WARNING, "trimaran.settings"):
        load_settings(tmp_path, environ={"TRIMARAN_PROT": "1", "TRIMARAN_TEST_X": "1", "PROT": ""})
    assert caplog.messages == [
        "environment: no setting is named TRIMARAN_PROT. Did you mean TRIMARAN_PORT?",
        ".env:1: no setting is named TRIMARAN_WORKER. Did you mean TRIMARAN_WORKERS?",
        "trimaran.toml:2: no setting is named log_levle. Did you mean log_level?",
    ]
