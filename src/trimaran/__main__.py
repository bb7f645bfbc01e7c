"""``python -m trimaran``: the command line."""

from trimaran.cli.main import main

main()
