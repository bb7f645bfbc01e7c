"""Database URLs."""

import pytest

from trimaran.db.backends.url import parse_url
from trimaran.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:///data/my%20shop.db", "data/my shop.db"),
        ("sqlite:////srv/shop.db", "/srv/shop.db"),
        ("sqlite://", ":memory:"),
        ("sqlite://:memory:", ":memory:"),
        ("sqlite:///:memory:", ":memory:"),
        ("SQLite:///shop.db?readers=2", "shop.db"),
    ],
)
def test_sqlite_urls_name_a_file(url, path):
    """Three slashes for a relative path, four for one from the root, none for memory."""
    target = parse_url(url)
    assert (target.vendor, target.path) == ("sqlite", path)


def test_options_are_taken_out_of_the_drivers_part():
    """Ours are converted, the driver's stay."""
    target = parse_url(
        "postgres://joe:pw@db:5433/shop?pool_max=20&statement_timeout=1.5&sslmode=require"
    )
    assert target.options == {"pool_max": 20, "statement_timeout": 1.5}
    assert target.dsn == "postgresql://joe:pw@db:5433/shop?sslmode=require"


def test_a_password_is_never_shown():
    """Neither in the safe URL nor in the object's own text."""
    target = parse_url("postgresql://joe:hunter2@db/shop?sslpassword=hunter2&pool_max=3")
    assert target.safe == "postgresql://joe@db/shop?sslpassword=***&pool_max=3"
    assert "hunter2" not in repr(target)


def test_mariadb_has_two_schemes_and_options_of_its_own():
    """mysql:// is the older name of the same thing."""
    target = parse_url("mysql://joe:pw@db:3307/shop?charset=utf8mb4&ssl=verify&pool_max=3")
    assert (target.vendor, parse_url("mariadb://db/shop").vendor) == ("mariadb", "mariadb")
    assert target.options == {"charset": "utf8mb4", "ssl": "verify", "pool_max": 3}
    assert target.safe == "mysql://joe@db:3307/shop?charset=utf8mb4&ssl=verify&pool_max=3"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("oracle://root@db/shop", "TRI-DB-002 .*'oracle'"),
        ("mariadb://db/shop?charset=latin1", "TRI-DB-003 .*charset=latin1 is not one of utf8mb4"),
        ("mariadb://db/shop?sslmode=require", "TRI-DB-003 .*Known are: .*ssl_ca"),
        ("shop.db", "TRI-DB-002 The database URL has no scheme"),
        ("", "TRI-DB-002"),
        ("sqlite://shop.db", r"TRI-DB-002 .*two slashes.*sqlite:///shop\.db"),
        ("postgresql://db:port/shop", "TRI-DB-002 .*port"),
        ("postgresql://db:99999/shop", "TRI-DB-002 .*port"),
        ("postgresql://db/shop?pool_max=0", "TRI-DB-003 .*pool_max=0 is not a whole number"),
        ("postgresql://db/shop?pool_max=-1", "TRI-DB-003"),
        ("postgresql://db/shop?statement_timeout=soon", "TRI-DB-003 .*number of seconds"),
        ("postgresql://db/shop?poolmax=5", "TRI-DB-003 .*'poolmax' that nothing reads.*pool_max"),
        ("sqlite:///a.db?synchronous=off", "TRI-DB-003 .*normal, full, extra"),
        ("sqlite:///a.db?pool_max=3", "TRI-DB-003 .*Known are: .*readers"),
    ],
)
def test_a_url_that_cannot_be_understood_says_what_to_write(url, message):
    """Every fault is a configuration error with the mend."""
    with pytest.raises(ConfigurationError, match=message):
        parse_url(url)


@pytest.mark.parametrize("url", ["postgresql://joe:hunter2@db:x/shop", "hunter2"])
def test_a_bad_url_is_not_repeated_in_its_error(url):
    """It may hold a password."""
    with pytest.raises(ConfigurationError) as caught:
        parse_url(url)
    assert "hunter2" not in str(caught.value)
