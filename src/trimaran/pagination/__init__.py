"""Answers in pages, by number, offset or cursor, which describe themselves."""

from trimaran.pagination.cursor import CursorPage, CursorParams, paginate_by_key
from trimaran.pagination.pages import OffsetPage, OffsetParams, Page, PageParams, paginate

__all__ = [
    "CursorPage",
    "CursorParams",
    "OffsetPage",
    "OffsetParams",
    "Page",
    "PageParams",
    "paginate",
    "paginate_by_key",
]
