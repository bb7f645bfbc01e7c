"""Methods of Django's QuerySet, each with the test that shows it here, or why there is none."""

METHODS: dict[str, tuple[str, str]] = {
    # name: (file::test under tests/conformance, what differs)
    "filter, exclude, Q": ("db_queries/test_property.py", ""),
    "all, none": ("db_queries/test_results.py", ""),
    "order_by, reverse": ("db_queries/test_partial.py::test_orders_of_nulls", ""),
    "distinct": ("db_queries/test_results.py", "with fields on PostgreSQL"),
    "values, values_list": ("db_queries/test_partial.py::test_values_of_expressions", ""),
    "dates, datetimes": ("db_queries/test_partial.py::test_dates", ""),
    "annotate, alias": ("db_queries/test_partial.py::test_names_of_aggregates", ""),
    "union, intersection, difference": ("db_queries/test_results.py", ""),
    "select_related": ("db_queries/test_relations.py", "names are required"),
    "prefetch_related, Prefetch": ("db_queries/test_partial.py::test_prefetch", ""),
    "only, defer": (
        "db_queries/test_partial.py::test_only",
        "`await row.field` reads what was left out; foreign keys are always read",
    ),
    "using": ("db_backends", ""),
    "select_for_update": ("db_queries/test_writes.py", "of= names what select_related fetched"),
    "raw": ("db_queries/test_results.py", "the database's own placeholders"),
    "get, get_or_none": ("db_queries/test_results.py", "`get_or_none` is an addition"),
    "create, get_or_create, update_or_create": ("db_queries/test_names.py::test_races", ""),
    "bulk_create, bulk_update": ("db_queries/test_bulk.py", ""),
    "count, exists, contains": ("db_queries/test_partial.py::test_in_bulk_and_contains", ""),
    "in_bulk": ("db_queries/test_partial.py::test_in_bulk_and_contains", ""),
    "iterator": (
        "db_queries/test_streams.py::test_any_order",
        "`async for`; PostgreSQL's cursor holds a connection",
    ),
    "latest, earliest, first, last": ("db_queries/test_results.py", ""),
    "aggregate": ("db_queries/test_aggregates.py", ""),
    "update, delete": (
        "db_queries/test_names.py::test_returning",
        "they return a count; `update_returning`, `delete_returning` return rows",
    ),
    "explain": ("db_queries/test_names.py::test_explain", "analyze= and format="),
    "Subquery, Exists, OuterRef": ("db_queries/test_expressions.py", ""),
    "conditions on windows": ("db_queries/test_partial.py::test_windows_in_filters", ""),
    "common table expressions": (
        "db_queries/test_cte.py::test_recursive",
        "`With`; Django has them by django-cte only",
    ),
}
MISSING: dict[str, str] = {
    "extra": "Django discourages it; `raw` and `Book.__table__` say everything SQL can",
    "SHA1 on PostgreSQL": "needs the extension pgcrypto, as with Django",
    "Collate": "collations have other names on each database",
    "tzinfo= on MariaDB": "answers NULL until the server's zone tables are loaded",
    "GeoDjango": "not there",
}
