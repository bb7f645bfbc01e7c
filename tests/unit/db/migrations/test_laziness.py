"""What is loaded when: a server in production needs neither SQLAlchemy nor Alembic for this."""

import subprocess
import sys

CODE = """
import asyncio, sys
from trimaran.db import migrations as m
from trimaran.db.backends.registry import open_database

async def main():
    database = open_database("sqlite:///:memory:")
    print(await m.pending(database, sys.argv[1]))
    print([item.name for item in await m.show_migrations(database, sys.argv[1])])
    await database.close()

asyncio.run(main())
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & {"sqlalchemy", "alembic", "mako"}))
"""


def test_asking_what_is_pending_loads_nothing_heavy(tmp_path):
    """The files are not read either: only their names count."""
    (tmp_path / "0001_initial.py").write_text("raise SystemExit")
    command = [sys.executable, "-c", CODE, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert result.stderr == ""
    assert result.stdout.splitlines() == ["['0001_initial']", "['0001_initial']", "[]"]


def test_every_public_name_is_there():
    """Lazily loaded names exist, and others raise as usual."""
    from trimaran.db import migrations

    assert all(getattr(migrations, name) is not None for name in migrations.__all__)
    assert dir(migrations) == sorted(migrations.__all__)
    assert not hasattr(migrations, "no_such_name")
