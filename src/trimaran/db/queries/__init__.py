"""Queries: what ``Model.objects`` offers, and what runs it."""

from trimaran.db.queries.peers import RowState as RowState
from trimaran.db.queries.prefetching import Prefetch as Prefetch
from trimaran.db.queries.queryset import Manager as Manager
from trimaran.db.queries.queryset import QuerySet as QuerySet
from trimaran.db.queries.related import RelatedRows as RelatedRows
from trimaran.db.queries.related import Unloaded as Unloaded
from trimaran.db.queries.shapes import statements as statements
from trimaran.db.queries.shortcuts import get_object_or_404 as get_object_or_404
from trimaran.db.sql.expressions import F as F
from trimaran.db.sql.expressions import Q as Q
