"""``python -m benchmarks``: measure, print the tables, write the JSON file and the chart."""

from benchmarks.main import main

if __name__ == "__main__":
    raise SystemExit(main())
