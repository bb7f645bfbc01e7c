"""Functions, choices and windows, as written in ``annotate`` and ``filter``.

A text among the arguments names a field; a text that is meant as such stands in ``Value``.
"""

from __future__ import annotations
