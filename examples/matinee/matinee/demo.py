"""``make demo``: a database, its films and a server, from nothing."""

import argparse
import asyncio
import os
import subprocess
import sys

from matinee.app import app
from matinee.importing import import_films

TRIMARAN = [sys.executable, "-m", "trimaran"]


async def load() -> None:
    """Import the films that the shop does not have yet."""
    await app.startup()
    try:
        report = await import_films()
    finally:
        await app.shutdown()
    print(report)  # noqa: T201  the report is what this command is for


def main() -> None:
    """Set up, say where everything is, and serve."""
    parser = argparse.ArgumentParser(prog="matinee.demo", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    subprocess.run([*TRIMARAN, "migrate", "matinee.app"], check=True)  # noqa: S603  no input in it
    asyncio.run(load())
    address = f"http://{options.host}:{options.port}"
    print(  # noqa: T201
        f"\n  The shop       {address}/"
        f"\n  Its API        {address}/films"
        f"\n  Swagger UI     {address}/docs"
        f"\n  ReDoc          {address}/redoc"
        "\n  Logins         none are needed yet"
        "\n  Stop           Ctrl-C\n",
        flush=True,
    )
    serve = ["serve", "matinee.app", "--host", options.host, "--port", str(options.port)]
    os.execv(sys.executable, [*TRIMARAN, *serve])  # noqa: S606  the server takes this process over


if __name__ == "__main__":
    main()
